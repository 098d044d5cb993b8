using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Evaluation.Comparison;
using Tidar.Evaluation.Comparison.Pages;

namespace Tidar.Cli.Comparisons;

/// <summary>A finished comparison in a terminal, or as JSON.</summary>
internal static class ComparisonView
{
    /// <summary>All of it as one object on a line.</summary>
    public static void WriteJson(CommandContext context, ComparisonReport report)
    {
        context.Output.Write(ComparisonJson.Of(report).ToJsonString(JsonLine.Relaxed));
        context.Output.Write('\n');
        context.Output.Flush();
    }

    /// <summary>The tables, and where the page is.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="report">The comparison.</param>
    /// <param name="folder">Where it was written.</param>
    /// <param name="passes">Whether to show one prompt pass by pass.</param>
    public static void Show(CommandContext context, ComparisonReport report, string folder, bool passes)
    {
        TerminalStyle style = context.OutputStyle;
        IAnsiConsole console = Tables.Console(context.Output, style);
        foreach ((string name, string value) in ComparisonFacts.Of(report))
            context.Output.WriteLine(style.Dim($"{name,-10} {style.Safe(value)}"));
        foreach (SettingResult setting in report.Settings)
        {
            context.Output.WriteLine();
            context.Output.WriteLine(style.Bold(ComparisonFacts.Describe(setting)));
            Table ways = Tables.Plain([.. ComparisonTable.Columns.Select(static c => c.Heading)]);
            foreach (WayResult way in setting.Ways)
                ways.Row(ComparisonTable.Row(way));
            console.Write(ways);
            if (ComparisonTable.Drafting(setting).Any())
            {
                context.Output.WriteLine("guesses that were right with all before them, by slot of the draft");
                Table slots = Tables.Plain(ComparisonTable.SlotHeadings(setting));
                foreach (string[] row in ComparisonTable.SlotRows(setting))
                    slots.Row(row);
                console.Write(slots);
            }

            string summary = ComparisonTable.Summary(setting);
            context.Output.WriteLine(setting.Ways.Any(static w => w.EqualsReference == false) ? style.Red(summary) : style.Green(summary));
        }

        if (passes)
            PassesView.Show(context, report);
        context.Output.WriteLine();
        context.Output.WriteLine(Path.Combine(folder, ComparisonFolder.PageFile));
        context.Output.Flush();
    }
}
