namespace Tidar.Evaluation.Comparison;

/// <summary>What all ways are measured at.</summary>
/// <param name="Batch">Sequences decoded together.</param>
/// <param name="Context">Tokens that prompts are padded to; null leaves them as they are.</param>
public sealed record ComparisonSetting(int Batch, int? Context)
{
    /// <summary>In words.</summary>
    public string Name => $"{(Batch == 1 ? "one text at a time" : $"{Batch} texts at a time")}, {(Context is int context ? $"prompts of {context} tokens" : "prompts as they are")}";
}
