using System.Text.Json;
using Tidar.Models.Files;

namespace Tidar.Models.Configuration;

/// <summary>
/// Rotary parameters of a Hugging Face configuration: <c>rope_theta</c> and <c>rope_scaling</c> at top level (older), or all of it in
/// <c>rope_parameters</c> (transformers 5). The meaning of every field is that of transformers' <c>modeling_rope_utils</c>.
/// </summary>
internal static class RopeConfigReader
{
    private const double DefaultTheta = 10_000;

    // `finetuned` is a note of early YaRN checkpoints and changes nothing.
    private static readonly string[] Known =
    [
        "type", "rope_type", "rope_theta", "factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor", "beta_fast", "beta_slow",
        "attention_factor", "mscale", "mscale_all_dim", "truncate", "partial_rotary_factor", "finetuned",
    ];

    /// <summary>Reads the rotary parameters; <paramref name="maxPositions"/> stands in for an original context that is not given.</summary>
    public static RopeConfig Read(JsonFields config, int maxPositions)
    {
        RefusePartialRotation(config);
        double theta = config.OptionalNumber("rope_theta", 0) ?? DefaultTheta;
        JsonFields? older = config.OptionalObject("rope_scaling");
        JsonFields? newer = config.OptionalObject("rope_parameters");
        if (older is null && newer is null)
            return new RopeConfig { Theta = theta };
        RopeConfig rope = ReadObject(newer ?? older!.Value, config, theta, maxPositions);
        if (older is not null && newer is not null && ReadObject(older.Value, config, rope.Theta, maxPositions) != rope)
            throw config.Error("rope_scaling", "the same as rope_parameters (one of the two suffices)", "different values");
        return rope;
    }

    private static RopeConfig ReadObject(JsonFields rope, JsonFields config, double theta, int maxPositions)
    {
        foreach (string name in rope.Names)
        {
            if (!Known.Contains(name, StringComparer.Ordinal))
                throw rope.Error(name, "no such field (its meaning is unknown here)", "it");
        }

        RefusePartialRotation(rope);
        RopeConfig basic = new() { Theta = rope.OptionalNumber("rope_theta", 0) ?? theta };
        string typeField = rope.IsWritten("rope_type") ? "rope_type" : "type";
        return rope.OptionalText(typeField) switch
        {
            null or "default" => basic,
            "linear" => basic with { Scaling = RopeScaling.Linear, Factor = Required(rope, "factor") },
            "llama3" => basic with
            {
                Scaling = RopeScaling.Llama3,
                Factor = Required(rope, "factor"),
                LowFrequencyFactor = Required(rope, "low_freq_factor"),
                HighFrequencyFactor = Required(rope, "high_freq_factor"),
                OriginalMaxPositions = OriginalMaxPositions(rope, config) ?? maxPositions,
            },
            "yarn" => ReadYarn(rope, config, basic, maxPositions),
            string other => throw rope.Error(typeField, "default, linear, llama3 or yarn", other),
        };
    }

    private static RopeConfig ReadYarn(JsonFields rope, JsonFields config, RopeConfig basic, int maxPositions)
    {
        int? original = OriginalMaxPositions(rope, config);
        // transformers: without a factor the ratio of the two context lengths counts.
        double? ratio = original is null ? null : (double)maxPositions / original.Value;
        return basic with
        {
            Scaling = RopeScaling.Yarn,
            Factor = rope.OptionalNumber("factor", 0) ?? ratio ?? throw rope.Error("factor", "a number above 0", "nothing"),
            OriginalMaxPositions = original ?? maxPositions,
            BetaFast = rope.OptionalNumber("beta_fast", 0) ?? basic.BetaFast,
            BetaSlow = rope.OptionalNumber("beta_slow", 0) ?? basic.BetaSlow,
            AttentionFactor = rope.OptionalNumber("attention_factor", 0),
            MScale = NonZero(rope, "mscale"),
            MScaleAllDimensions = NonZero(rope, "mscale_all_dim"),
            Truncate = rope.Boolean("truncate", absent: true),
        };
    }

    // Zero means "not given": the original tests these for truth.
    private static double? NonZero(JsonFields rope, string name) =>
        rope.TryGet(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 0
            ? null
            : rope.OptionalNumber(name, 0);

    private static double Required(JsonFields rope, string name) => rope.OptionalNumber(name, 0) ?? throw rope.Error(name, "a number above 0", "nothing");

    private static int? OriginalMaxPositions(JsonFields rope, JsonFields config)
    {
        const string Name = "original_max_position_embeddings";
        int? inside = rope.OptionalInteger(Name, 1, int.MaxValue);
        int? outside = config.OptionalInteger(Name, 1, int.MaxValue);
        return inside is null || outside is null || inside == outside
            ? inside ?? outside
            : throw config.Error(Name, $"{inside} as in the rope parameters", $"{outside}");
    }

    private static void RefusePartialRotation(JsonFields fields)
    {
        if (fields.OptionalNumber("partial_rotary_factor", 0) is double factor and not 1)
            throw fields.Error("partial_rotary_factor", "1 (whole heads are rotated)", $"{factor}");
    }
}
