using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Decoding.Engine;

namespace Tidar.Cli.Generation;

/// <summary>One prompt by two strategies, side by side.</summary>
internal static class ComparisonView
{
    /// <summary>Shows both texts with their figures, and whether they are the same.</summary>
    public static void Show(CommandContext context, GenerationResult result, GenerationResult reference)
    {
        TerminalStyle style = context.OutputStyle;
        context.Output.WriteLine();
        context.Output.WriteLine();
        Table table = Tables.Plain(GenerationSummary.Of(result), GenerationSummary.Of(reference)).Border(TableBorder.Rounded).Expand().ShowRowSeparators();
        table.Row(TextOf(result, style), TextOf(reference, style));
        table.Row(Figures(result), Figures(reference));
        Tables.Console(context.Output, style, wrap: true).Write(table);
        string verdict = AreEqual(result, reference) ? style.Green("equal: yes") : style.Red("equal: no");
        string passes = Ratio(reference.Passes, result.Passes), speed = Ratio(result.TokensPerSecond, reference.TokensPerSecond);
        context.Output.WriteLine($"{verdict}{style.Dim($", {passes} times fewer passes, {speed} times the tokens/s")}");
        context.Output.Flush();
    }

    /// <summary>Whether both gave the same tokens.</summary>
    public static bool AreEqual(GenerationResult result, GenerationResult reference) => result.Ids.SequenceEqual(reference.Ids);

    private static string TextOf(GenerationResult result, TerminalStyle style) => style.Safe((result.Text ?? string.Join(' ', result.Ids)).Trim('\n'));

    private static string Figures(GenerationResult result) =>
        GenerationSummary.Figures(result.Ids.Count, result.Passes, result.TokensPerSecond).Replace("T/NFE", "\nT/NFE", StringComparison.Ordinal);

    private static string Ratio(double part, double whole) => whole > 0 ? (part / whole).ToString("F1", CultureInfo.InvariantCulture) : "?";
}
