namespace Tidar.Evaluation.Comparison;

/// <summary>A finished comparison.</summary>
/// <param name="Header">What it holds for.</param>
/// <param name="Request">What was compared on what.</param>
/// <param name="Notes">What the reader should know, a line each.</param>
/// <param name="Settings">Results, by setting.</param>
/// <param name="Costs">What passes cost; null where it was not measured.</param>
/// <param name="Shown">One prompt's passes, by way, the reference first.</param>
public sealed record ComparisonReport(
    ComparisonHeader Header, ComparisonRequest Request, IReadOnlyList<string> Notes, IReadOnlyList<SettingResult> Settings, PassCostCurve? Costs, IReadOnlyList<ShownText> Shown)
{
    /// <summary>The drafting way whose passes stand beside the reference's: the one with the fewest of them whose text is the reference's.</summary>
    public ShownText? Best => Shown.Skip(1).Where(static s => !s.Way.HasOwnText).MinBy(static s => s.Passes.Count);
}
