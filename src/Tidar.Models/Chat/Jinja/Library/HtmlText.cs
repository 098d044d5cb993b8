using System.Net;

namespace Tidar.Models.Chat.Jinja;

/// <summary>HTML to plain text.</summary>
internal static class HtmlText
{
    /// <summary>Removes comments, then tags; collapses white space; resolves entities.</summary>
    public static string StripTags(Budget budget, string html)
    {
        string text = Cut(budget, Cut(budget, html, "<!--", "-->"), "<", ">");
        return Unescape(budget, string.Join(' ', StringMethods.Split(budget, text, null, -1)));
    }

    /// <summary>Resolves character references such as <c>&amp;amp;</c>.</summary>
    public static string Unescape(Budget budget, string html)
    {
        budget.Text(html.Length);
        return WebUtility.HtmlDecode(html);
    }

    // Removes every stretch between two marks.
    private static string Cut(Budget budget, string text, string open, string close)
    {
        TextBuilder kept = new(budget);
        int at = 0;
        while (true)
        {
            budget.Step();
            int start = text.IndexOf(open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0)
                return kept.Append(text.AsSpan(at)).ToString();
            kept.Append(text.AsSpan(at, start - at));
            at = end + close.Length;
        }
    }
}
