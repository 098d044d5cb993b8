using System.Text;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>A comparison as Markdown: the tables.</summary>
public static class ComparisonMarkdown
{
    /// <summary>How the file begins.</summary>
    public const string FirstLine = "# Ways to decode, compared (tidar compare)";

    /// <summary>The whole file.</summary>
    public static string Of(ComparisonReport report)
    {
        StringBuilder text = new();
        text.Append(FirstLine).Append("\n\n");
        Table(text, ["", ""], ComparisonFacts.Of(report).Select(static f => new[] { f.Name, f.Value }));
        foreach (SettingResult setting in report.Settings)
        {
            text.Append($"## {Capital(setting.Setting.Name)}\n\n{ComparisonTable.Summary(setting)} {Capital(ComparisonFacts.Describe(setting))}.\n\n");
            Table(text, [.. ComparisonTable.Columns.Select(static c => c.Heading)], setting.Ways.Select(ComparisonTable.Row));
            if (!ComparisonTable.Drafting(setting).Any())
                continue;
            text.Append("Guesses that were right with all before them, by slot of the draft (slot 0 is decided, not guessed):\n\n");
            Table(text, ComparisonTable.SlotHeadings(setting), ComparisonTable.SlotRows(setting));
        }

        if (report.Costs is PassCostCurve costs)
        {
            text.Append($"## Cost of a pass\n\nBehind {costs.Context} tokens, median; what memory and arithmetic take at least.\n\n");
            Table(text, ["rows", "ms", "memory, ms", "arithmetic, ms"], costs.Points.Select(static p =>
                new[] { $"{p.Rows}", Figure.Milliseconds(p.Seconds), Figure.Milliseconds(p.MemorySeconds), Figure.Milliseconds(p.ArithmeticSeconds) }));
        }

        text.Append("## What the columns say\n\n");
        foreach (ComparisonColumn column in ComparisonTable.Columns)
            text.Append($"- {column.Heading}: {column.Explanation}.\n");
        foreach ((string name, string reason) in report.Request.Selection.LeftOut)
            text.Append($"- left out: {name} ({Cell(reason)}).\n");
        foreach (string note in report.Notes)
            text.Append($"- note: {Cell(note)}.\n");
        return text.ToString();
    }

    private static void Table(StringBuilder text, string[] headings, IEnumerable<string[]> rows)
    {
        Line(text, headings);
        Line(text, [.. headings.Select(static _ => "---")]);
        foreach (string[] row in rows)
            Line(text, row);
        text.Append('\n');
    }

    private static void Line(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Cell)).Append(" |\n");

    // Names of models and files are the user's: they must not end a cell or a line, nor become HTML.
    private static string Cell(string text) => text.ReplaceLineEndings(" ")
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
