using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Evaluation.Comparison;

namespace Tidar.Cli.Comparisons;

/// <summary>One prompt pass by pass, AR beside the drafting way that took the fewest passes.</summary>
internal static class PassesView
{
    /// <summary>Shows it.</summary>
    public static void Show(CommandContext context, ComparisonReport report)
    {
        ShownText[] shown = report.Best is ShownText best ? [report.Shown[0], best] : [report.Shown[0]];
        TerminalStyle style = context.OutputStyle;
        context.Output.WriteLine();
        context.Output.WriteLine(style.Bold($"prompt {report.Request.ShownPrompt + 1}, pass by pass"));
        context.Output.WriteLine(style.Dim(style.Safe(string.Concat(shown[0].Prompt))));
        Table table = Tables.Plain(["pass", .. shown.Select(static s => $"{s.Way.Name}: {s.Tokens} tokens in {s.Passes.Count} passes")]).Border(TableBorder.Rounded);
        for (int i = 0; i < shown.Max(static s => s.Passes.Count); i++)
            table.AddRow([new Text($"{i + 1}"), .. shown.Select(s => i < s.Passes.Count ? Describe(s.Passes[i], style) : new Markup(""))]);
        Tables.Console(context.Output, style, wrap: true).Write(table);
        if (shown.Length == 2)
            context.Output.WriteLine(shown[0].Text == shown[1].Text ? style.Green("the same text") : style.Red("another text"));
    }

    // Words tell without colour: what is in brackets was guessed and dropped.
    private static Markup Describe(ShownPass pass, TerminalStyle style)
    {
        string text = pass.Number == 1 ? "[dim]prompt[/] " : "";
        text += Painted(pass.Said, "yellow", style) + Painted(pass.Accepted, "green", style);
        if (pass.Rejected.Count > 0)
            text += $" [dim]{Markup.Escape("[")}{Painted(pass.Rejected, "dim", style)}{Markup.Escape("]")}[/]";
        if (pass.Correction is string correction)
            text += $" → {Painted([correction], "yellow", style)}";
        else if (pass.Drafted.Count > 0)
            text += $" … {Painted(pass.Drafted, "dim", style)}";
        return new Markup(text);
    }

    private static string Painted(IReadOnlyList<string> tokens, string colour, TerminalStyle style) =>
        tokens.Count == 0 ? "" : $"[{colour}]{Markup.Escape(style.Safe(string.Concat(tokens.Select(ShownPass.Visible))))}[/]";
}
