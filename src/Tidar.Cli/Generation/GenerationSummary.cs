using System.Globalization;
using Tidar.Cli.Hosting;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies.Speculative;

namespace Tidar.Cli.Generation;

/// <summary>The figures that end a text.</summary>
internal static class GenerationSummary
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>Counts and speed, how often each slot of the drafts was accepted, and what alternatives brought.</summary>
    public static IEnumerable<string> Lines(GenerationResult result, TerminalStyle style)
    {
        yield return Figures(result.Ids.Count, result.Passes, result.TokensPerSecond) + $", {Of(result)}";
        // TiDAR's slot 0 is decided, not drafted.
        int first = result.Strategy == StrategyKind.Tidar ? 1 : 0;
        if (result.Acceptance.Verifications > 0 && result.DraftLength > first)
            yield return Slots(result.Acceptance, first, style);
        if (result.Acceptance.BranchRows > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"alternatives won {result.Acceptance.BranchesWon} of {result.Acceptance.Verifications} verifications: {result.Acceptance.BranchTokens} tokens for {result.Acceptance.BranchRows} rows");
        }
    }

    /// <summary>Counts and speed.</summary>
    public static string Figures(int tokens, int passes, double tokensPerSecond) => string.Create(
        CultureInfo.InvariantCulture, $"{tokens} tokens, {passes} passes, T/NFE {(double)tokens / passes:F2}, {tokensPerSecond:F0} tokens/s");

    /// <summary>How the text was written.</summary>
    public static string Of(GenerationResult result)
    {
        string strategy = DecodingNames.Of(result.Strategy), length = string.Create(CultureInfo.InvariantCulture, $"K = {result.DraftLength}");
        if (result.Mode is TidarMode mode)
            return $"{strategy} {DecodingNames.Of(mode)}, {length}";
        if (result.AcceptanceRule is not AcceptanceRule rule)
            return strategy;
        string accepting = rule == AcceptanceRule.Exact ? "" : $" {DecodingNames.Of(rule)}";
        string passes = result.Strategy == StrategyKind.DraftModel ? string.Create(CultureInfo.InvariantCulture, $", {result.DraftPasses} draft passes") : "";
        return $"{strategy}{accepting}, {length}{passes}";
    }

    private static string Slots(AcceptanceStatistics acceptance, int first, TerminalStyle style)
    {
        double[] rates = new double[acceptance.Drafted.Length - first];
        for (int i = 0; i < rates.Length; i++)
            rates[i] = (double)acceptance.Accepted[first + i] / acceptance.Drafted[first + i];
        string figures = string.Join(' ', rates.Select(static r => r.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal)));
        string bars = style.IsTerminal ? string.Concat(rates.Select(static r => Bars[Math.Min((int)(r * Bars.Length), Bars.Length - 1)])) + " " : "";
        return $"drafted tokens accepted, by slot: {bars}{figures}";
    }
}
