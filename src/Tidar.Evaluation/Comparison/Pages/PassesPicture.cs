using System.Text;
using Tidar.Charts;

namespace Tidar.Evaluation.Comparison.Pages;

/// <summary>One prompt, pass by pass, as HTML: AR beside the drafting way that took the fewest passes; further ways to be unfolded.</summary>
internal static class PassesPicture
{
    /// <summary>Appends the section.</summary>
    public static void Append(StringBuilder page, ComparisonReport report)
    {
        if (report.Shown.Count == 0)
            return;
        ShownText reference = report.Shown[0];
        page.Append($"<h2>One prompt, pass by pass</h2>\n<p class=\"quiet\">Prompt {report.Request.ShownPrompt + 1}:</p>\n<div class=\"text\">{SvgText.Escape(string.Concat(reference.Prompt).Trim('\n'))}</div>\n");
        page.Append("<p class=\"quiet\"><span class=\"token said\">said by the AR half</span> <span class=\"token accepted\">guessed, and right</span> ");
        page.Append("<span class=\"token rejected\">guessed, and dropped</span> <span class=\"token drafted\">drafted for the next pass</span></p>\n");
        ShownText[] beside = report.Best is ShownText best ? [reference, best] : [reference];
        page.Append("<div class=\"beside\">\n");
        foreach (ShownText shown in beside)
            Append(page, shown, reference);
        page.Append("</div>\n");
        foreach (ShownText shown in report.Shown.Except(beside))
        {
            page.Append($"<details>\n<summary>{SvgText.Escape(shown.Way.Name)}: {Count(shown)}</summary>\n");
            Append(page, shown, reference);
            page.Append("</details>\n");
        }
    }

    private static void Append(StringBuilder page, ShownText shown, ShownText reference)
    {
        string verdict = shown == reference ? "" : shown.Text == reference.Text ? ", the same text" : shown.Way.HasOwnText ? ", a text of its own" : ", ANOTHER TEXT";
        page.Append($"<div>\n<h3>{SvgText.Escape(shown.Way.Name)}: {Count(shown)}{verdict}</h3>\n<div class=\"text\">{SvgText.Escape(shown.Text.Trim('\n'))}</div>\n<table class=\"passes\">\n");
        foreach (ShownPass pass in shown.Passes)
        {
            page.Append($"<tr><td>{pass.Number}</td><td>");
            if (pass.Number == 1)
                page.Append("<span class=\"quiet\">prompt</span> ");
            Tokens(page, "said", pass.Said);
            Tokens(page, "accepted", pass.Accepted);
            Tokens(page, "rejected", pass.Rejected);
            if (pass.Correction is string correction)
            {
                page.Append(" → ");
                Tokens(page, "said", [correction]);
            }
            else if (pass.Drafted.Count > 0)
            {
                page.Append(" … ");
                Tokens(page, "drafted", pass.Drafted);
            }
            else if (pass.Committed.Count == 0 && pass.Number > 1)
            {
                page.Append("<span class=\"quiet\">part of a block</span>");
            }

            page.Append("</td></tr>\n");
        }

        page.Append("</table>\n</div>\n");
    }

    private static string Count(ShownText shown) => $"{shown.Tokens} tokens in {shown.Passes.Count} passes";

    private static void Tokens(StringBuilder page, string kind, IEnumerable<string> tokens)
    {
        foreach (string token in tokens)
            page.Append($"<span class=\"token {kind}\">{Visible(token)}</span>");
    }

    private static string Visible(string text) => SvgText.Escape(ShownPass.Visible(text));
}
