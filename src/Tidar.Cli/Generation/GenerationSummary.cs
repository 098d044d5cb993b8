using System.Globalization;
using Tidar.Cli.Hosting;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;

namespace Tidar.Cli.Generation;

/// <summary>The figures that end a text.</summary>
internal static class GenerationSummary
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>Counts and speed, how often each slot of the drafts was accepted, and what alternatives brought.</summary>
    public static IEnumerable<string> Lines(GenerationResult result, TerminalStyle style)
    {
        yield return Figures(result.Ids.Count, result.Passes, result.TokensPerSecond) + $", {Of(result)}";
        if (result.Acceptance.Verifications > 0 && result.DraftLength > 1)
            yield return Slots(result.Acceptance, style);
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
    public static string Of(GenerationResult result) => result.Mode is TidarMode mode
        ? string.Create(CultureInfo.InvariantCulture, $"{DecodingNames.Of(result.Strategy)} {DecodingNames.Of(mode)}, K = {result.DraftLength}")
        : DecodingNames.Of(result.Strategy);

    private static string Slots(AcceptanceStatistics acceptance, TerminalStyle style)
    {
        double[] rates = new double[acceptance.Drafted.Length - 1];
        for (int slot = 1; slot <= rates.Length; slot++)
            rates[slot - 1] = (double)acceptance.Accepted[slot] / acceptance.Drafted[slot];
        string figures = string.Join(' ', rates.Select(static r => r.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal)));
        string bars = style.IsTerminal ? string.Concat(rates.Select(static r => Bars[Math.Min((int)(r * Bars.Length), Bars.Length - 1)])) + " " : "";
        return $"drafted tokens accepted, by slot: {bars}{figures}";
    }
}
