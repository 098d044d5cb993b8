namespace Tidar.Models.Configuration;

/// <summary>The rules that tie fields of a configuration together, whatever file it came from.</summary>
internal static class ModelConfigRules
{
    /// <summary>Throws where the fields of <paramref name="config"/> do not fit each other.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="source">The file, for messages.</param>
    /// <param name="names">What that kind of file calls the fields.</param>
    public static ModelConfig Checked(ModelConfig config, string source, FieldNames names)
    {
        if (config.HeadCount % config.KeyValueHeadCount != 0)
            throw new InvalidInputException(source, names.KeyValueHeads, $"a divisor of the {config.HeadCount} heads", $"{config.KeyValueHeadCount}");
        if (config.HeadDimension % 2 != 0)
            throw new InvalidInputException(source, names.HeadDimension, "an even head dimension (RoPE rotates pairs)", $"{config.HeadDimension}");
        if ((long)config.HeadCount * config.HeadDimension > ModelLimits.Width)
            throw new InvalidInputException(
                source, names.Heads, $"heads of at most {ModelLimits.Width} values together", $"{config.HeadCount} heads of {config.HeadDimension}");
        CheckRope(config.Rope, source, names);
        return config;
    }

    private static void CheckRope(RopeConfig rope, string source, FieldNames names)
    {
        switch (rope.Scaling)
        {
            case RopeScaling.Llama3 when rope.HighFrequencyFactor <= rope.LowFrequencyFactor:
                throw new InvalidInputException(
                    source, names.Rope, "high_freq_factor above low_freq_factor", $"{rope.HighFrequencyFactor} and {rope.LowFrequencyFactor}");
            case RopeScaling.Yarn when rope.BetaFast < rope.BetaSlow:
                throw new InvalidInputException(source, names.Rope, "beta_fast not below beta_slow", $"{rope.BetaFast} and {rope.BetaSlow}");
            case RopeScaling.Yarn when rope.Theta <= 1:
                throw new InvalidInputException(source, names.Rope, "a theta above 1 for yarn", $"{rope.Theta}");
            default:
                break;
        }
    }

    /// <summary>The head dimension that follows from width and heads where none is given.</summary>
    public static int DefaultHeadDimension(int hiddenSize, int heads, string source, FieldNames names) =>
        hiddenSize % heads == 0
            ? hiddenSize / heads
            : throw new InvalidInputException(
                source, names.HiddenSize, $"a multiple of the {heads} heads (or an explicit {names.HeadDimension})", $"{hiddenSize}");

    /// <summary>What one kind of file calls the fields that rules speak of.</summary>
    internal sealed record FieldNames(string HiddenSize, string Heads, string KeyValueHeads, string HeadDimension, string Rope);
}
