using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;

namespace Tidar.Cli.Generation;

/// <summary>One prompt by two strategies, side by side.</summary>
internal static class ComparisonView
{
    /// <summary>Shows both texts with their figures, and whether they are the same.</summary>
    public static void Show(CommandContext context, EncodedPrompt prompt, GenerationResult result, GenerationResult reference)
    {
        TerminalStyle style = context.OutputStyle;
        IAnsiConsole console = Tables.Console(context.Output, style, wrap: true);
        if (prompt.Text is not null)
            context.Output.WriteLine(style.Dim(style.Safe(prompt.Text)));
        Table table = Tables.Plain(GenerationSummary.Of(result), GenerationSummary.Of(reference)).Border(TableBorder.Rounded);
        table.Expand();
        table.Row(TextOf(result, style), TextOf(reference, style));
        table.Row(Figures(result), Figures(reference));
        console.Write(table);
        bool equal = AreEqual(result, reference);
        string verdict = equal ? style.Green("equal: yes") : style.Red("equal: no");
        context.Output.WriteLine($"{verdict}{style.Dim(string.Create(CultureInfo.InvariantCulture, $", {Ratio(reference.Passes, result.Passes)} times fewer passes, {Ratio(result.TokensPerSecond, reference.TokensPerSecond)} times the tokens/s"))}");
        context.Output.Flush();
    }

    /// <summary>Whether both gave the same tokens.</summary>
    public static bool AreEqual(GenerationResult result, GenerationResult reference) => result.Ids.SequenceEqual(reference.Ids);

    private static string TextOf(GenerationResult result, TerminalStyle style) => style.Safe((result.Text ?? string.Join(' ', result.Ids)).Trim('\n'));

    private static string Figures(GenerationResult result) => GenerationSummary.Figures(result.Ids.Count, result.Passes, result.TokensPerSecond);

    private static string Ratio(double part, double whole) => whole > 0 ? (part / whole).ToString("F1", CultureInfo.InvariantCulture) : "?";
}
