using System.Text;
using Tidar.Charts;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>A comparison as one HTML page that needs nothing beside it: no scripts, no files, no network. It is well-formed XML too.</summary>
public static class ComparisonPage
{
    /// <summary>What the page says of its maker, by which it is known again.</summary>
    public const string Mark = "<meta name=\"generator\" content=\"tidar compare\"/>";

    private const string Style = """
        :root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --page: #ffffff; --panel: #f6f8fa; --good: #1a7f37; --said: #9a6700; --bad: #cf222e; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e6edf3; --quiet: #9198a1; --line: #3d444d; --page: #0d1117; --panel: #151b23; --good: #3fb950; --said: #d29922; --bad: #f85149; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem; max-width: 78rem; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
        p { margin: .4rem 0; } .quiet, figcaption { color: var(--quiet); font-size: .87rem; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .78rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .36rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: top; }
        th { color: var(--quiet); font-weight: 600; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
        .facts td { white-space: normal; text-align: left; overflow-wrap: anywhere; } .ways th:nth-child(2), .ways td:nth-child(2) { text-align: left; } .facts td:first-child { color: var(--quiet); white-space: nowrap; }
        .good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
        figure { margin: .6rem 0 1.2rem; } svg { max-width: 100%; height: auto; }
        .beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; align-items: start; }
        .passes td { text-align: left; white-space: pre-wrap; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .8rem; }
        .passes td:first-child { color: var(--quiet); width: 2.5rem; text-align: right; }
        .token { border-radius: .2rem; padding: 0 .1rem; margin-right: 1px; box-shadow: inset 0 0 0 1px var(--line); }
        .said { color: var(--said); } .accepted { color: var(--good); background: color-mix(in srgb, var(--good) 14%, transparent); }
        .rejected { color: var(--quiet); text-decoration: line-through; } .drafted { color: var(--quiet); font-style: italic; }
        .text { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; }
        details { margin: .6rem 0; } summary { cursor: pointer; }
        """;

    /// <summary>The whole page.</summary>
    public static string Of(ComparisonReport report)
    {
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n").Append(Mark).Append('\n');
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        page.Append($"<title>Ways to decode {Escape(report.Header.ShortName)}, compared</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        page.Append($"<h1>Ways to decode {Escape(report.Header.ShortName)}, compared</h1>\n<p>{Escape(ComparisonTable.Summary(report.Settings[0]))}</p>\n");
        Table(page, "facts", [], ComparisonFacts.Of(report).Select(static f => new[] { f.Name, f.Value }));
        Results(page, report);
        PassesPicture.Append(page, report);
        Explanations(page, report);
        page.Append("</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>A heading, a picture and a line about it.</summary>
    private static void Picture(StringBuilder page, string heading, string? svg, string caption)
    {
        if (svg is not null)
            page.Append($"<h3>{Escape(heading)}</h3>\n<figure>\n{svg}<figcaption>{Escape(caption)}</figcaption>\n</figure>\n");
    }

    private static void Results(StringBuilder page, ComparisonReport report)
    {
        SettingResult first = report.Settings[0];
        page.Append("<h2>Results</h2>\n");
        Ways(page, first);
        Picture(page, "Speed", ComparisonCharts.Speed(first), "What came out in a second behind the prompts.");
        Picture(page, "Tokens a pass, and what they bring", ComparisonCharts.PassesAndSpeed(first), "To the right: fewer passes for the same text. Upwards: less time. A way far to the right and low pays for its passes with rows.");
        Picture(page, "Acceptance by slot", ComparisonCharts.Acceptance(first), "Of all checks of a slot, those in which it and all slots before it were right.");
        if (report.Costs is PassCostCurve costs)
        {
            Picture(
                page,
                "Cost of a pass",
                ComparisonCharts.Cost(costs),
                $"Clean rows behind {costs.Context} tokens, median. The lines are what reading the weights and doing the arithmetic take at least on this machine (docs/roofline.md); rows are free while memory is the upper one.");
        }

        Picture(page, "Speed by batch", ComparisonCharts.ByBatch(report), "All texts of a batch share every pass.");
        Picture(page, "Speed by context", ComparisonCharts.ByContext(report), "Prompts padded in front with the prompts' own text over again.");
        foreach (SettingResult setting in report.Settings.Skip(1))
        {
            page.Append($"<details>\n<summary>{Escape(setting.Setting.Name)}: {Escape(ComparisonTable.Summary(setting))}</summary>\n");
            Ways(page, setting);
            page.Append("</details>\n");
        }
    }

    private static void Ways(StringBuilder page, SettingResult setting)
    {
        page.Append($"<p class=\"quiet\">{Escape(ComparisonFacts.Describe(setting))}</p>\n");
        Table(page, "ways", [.. ComparisonTable.Columns.Select(static c => c.Heading)], setting.Ways.Select(ComparisonTable.Row));
    }

    private static void Explanations(StringBuilder page, ComparisonReport report)
    {
        page.Append("<h2>What the columns say</h2>\n");
        Table(page, "facts", [], ComparisonTable.Columns.Select(static c => new[] { c.Heading, c.Explanation }));
        page.Append("<h2>The ways</h2>\n");
        Table(page, "facts", [], report.Settings[0].Ways.Select(static w => new[] { w.Way.Name, w.Way.Description + (w.Way.HasOwnText ? "; its text is its own" : "") }));
        foreach ((string name, string reason) in report.Request.Selection.LeftOut)
            page.Append($"<p class=\"quiet\">Left out: {Escape(name)} ({Escape(reason)}).</p>\n");
        foreach (string note in report.Notes)
            page.Append($"<p class=\"quiet\">Note: {Escape(note)}.</p>\n");
    }

    private static void Table(StringBuilder page, string kind, string[] headings, IEnumerable<string[]> rows)
    {
        page.Append($"<div class=\"scroll\"><table class=\"{kind}\">\n");
        if (headings.Length > 0)
            page.Append("<tr>").AppendJoin("", headings.Select(static h => $"<th>{Escape(h)}</th>")).Append("</tr>\n");
        foreach (string[] row in rows)
            page.Append("<tr>").AppendJoin("", row.Select(static c => $"<td{Class(c)}>{Escape(c)}</td>")).Append("</tr>\n");
        page.Append("</table></div>\n");
    }

    private static string Class(string cell) => cell == "= AR" ? " class=\"good\"" : cell.StartsWith("differs", StringComparison.Ordinal) ? " class=\"bad\"" : "";

    private static string Escape(string text) => SvgText.Escape(text);
}
