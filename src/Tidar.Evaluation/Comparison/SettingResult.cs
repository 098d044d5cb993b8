namespace Tidar.Evaluation.Comparison;

/// <summary>All ways at one setting.</summary>
/// <param name="Setting">Batch and context.</param>
/// <param name="Texts">Texts of a round: the prompts, over again where they do not fill the last batch.</param>
/// <param name="PromptTokens">Tokens of the prompts.</param>
/// <param name="Ways">The reference first.</param>
public sealed record SettingResult(ComparisonSetting Setting, int Texts, Spread PromptTokens, IReadOnlyList<WayResult> Ways)
{
    /// <summary>The reference.</summary>
    public WayResult Reference => Ways[0];
}
