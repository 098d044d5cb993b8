using System.Text.Json;
using Tidar.Models.Configuration;
using Tidar.Models.Files;

namespace Tidar.Models.Adapters;

/// <summary>What <c>adapter_config.json</c> and <c>tidar.json</c> say.</summary>
/// <param name="Alpha">PEFT's <c>lora_alpha</c>.</param>
/// <param name="IsRankStabilized">Scaling is alpha / √rank instead of alpha / rank.</param>
/// <param name="DraftLength">The draft length K that the adapter was trained with.</param>
/// <param name="MaskEmbedding">Name of the mask embedding's tensor.</param>
public sealed record AdapterConfig(double Alpha, bool IsRankStabilized, int DraftLength, string MaskEmbedding)
{
    /// <summary>Fields of PEFT that change the computation in ways that are not supported, and the value at which they do not.</summary>
    private static readonly string[] RefusedSwitches = ["use_dora", "fan_in_fan_out", "use_bdlora", "use_qalora", "lora_bias"];

    private static readonly string[] RefusedObjects = ["alpha_pattern", "modules_to_save", "trainable_token_indices", "layer_replication", "megatron_config"];

    /// <summary>Reads both files of a folder.</summary>
    /// <exception cref="InvalidInputException">A file is missing or malformed, or asks for something that is not supported.</exception>
    public static AdapterConfig Read(string folder)
    {
        string path = Path.Combine(folder, AdapterNames.ConfigFile), record = Path.Combine(folder, AdapterNames.RecordFile);
        if (!Directory.Exists(folder))
            throw new InvalidInputException(folder, null, "an adapter folder", File.Exists(folder) ? "a file" : "no such folder");
        using JsonDocument document = InputFile.ReadJson(path), tidar = InputFile.ReadJson(record);
        JsonFields peft = JsonFields.Of(document, path), fields = JsonFields.Of(tidar, record);
        string kind = peft.Text("peft_type");
        if (kind != "LORA")
            throw new InvalidInputException(path, "peft_type", "LORA", kind);
        if (peft.OptionalText("bias") is { } bias and not "none")
            throw new InvalidInputException(path, "bias", "none", bias);
        foreach (string name in RefusedSwitches)
        {
            if (peft.Boolean(name, absent: false))
                throw new InvalidInputException(path, name, "false", "true");
        }

        foreach (string name in RefusedObjects)
        {
            if (peft.TryGet(name, out JsonElement value) && !IsEmpty(value))
                throw new InvalidInputException(path, name, "nothing (it is not supported)", JsonFields.Describe(value));
        }

        int rank = peft.Integer("r", 1, ModelLimits.Width);
        double alpha = peft.OptionalNumber("lora_alpha", 0) ?? rank;
        string rows = fields.Text("rows");
        if (rows != AdapterNames.MaskRows)
            throw new InvalidInputException(record, "rows", AdapterNames.MaskRows, rows);
        return new AdapterConfig(
            alpha,
            peft.Boolean("use_rslora", absent: false),
            fields.Integer("draft_length", 1, ModelLimits.DraftLength),
            fields.OptionalText("mask_embedding") ?? AdapterNames.MaskEmbedding);
    }

    /// <summary>What B·(A·x) is multiplied by, for factors of this rank.</summary>
    public double Scaling(int rank) => Alpha / (IsRankStabilized ? Math.Sqrt(rank) : rank);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}
