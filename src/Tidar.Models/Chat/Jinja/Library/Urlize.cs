using System.Text.RegularExpressions;

namespace Tidar.Models.Chat.Jinja;

/// <summary>The filter <c>urlize</c>: turns addresses in a text into links.</summary>
internal static class Urlize
{
    // NonBacktracking is linear in the text, whatever a template feeds it.
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private const string Address =
        @"((https?://|www\.)([\w%-]+\.)*([a-z]{2,63}|xn--[\w%]{2,59})"
        + @"|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)"
        + @"|https?://([0-9]{1,3}(\.[0-9]{1,3}){3}|\[([0-9a-f]{0,4}:){2}([0-9a-f]{0,4}:?){1,6}\]))";

    private static readonly Lazy<Regex> Web = new(() => new Regex($@"\A{Address}(:[0-9]{{1,5}})?([/?#]\S*)?\z", Options));
    private static readonly Lazy<Regex> Mail = new(() => new Regex(@"\A\S+@\w[\w.-]*\.\w+\z", Options));
    private static readonly Lazy<Regex> Scheme = new(() => new Regex(@"\A[\w.+-]{2,}:(/){0,2}\z", Options));

    private static readonly (string Open, string Close)[] Brackets = [("(", ")"), ("<", ">"), ("&lt;", "&gt;")];

    public static object Apply(RenderContext run, object? value, object?[] a)
    {
        Budget budget = run.Budget;
        int? limit = a[0] is null ? null : Numbers.ToInt(a[0]);
        string? rel = Relations(a[3], nofollow: Comparison.IsTrue(a[1]));
        string attributes = Attribute(budget, "rel", rel) + Attribute(budget, "target", a[2]);
        List<string> schemes = [];
        foreach (object? scheme in a[4] is null ? [] : Iteration.Of(budget, a[4]))
        {
            string prefix = PythonText.Require(scheme);
            schemes.Add(Scheme.Value.IsMatch(prefix) ? prefix : throw Fail.Runtime($"{Display.QuoteText(prefix)} is not a valid URI scheme prefix."));
        }

        string text = Markup.Escape(budget, value).Text;
        TextBuilder result = new(budget);
        for (int at = 0; at < text.Length;)
        {
            int start = at;
            bool space = PythonText.IsSpace(text[at]);
            while (at < text.Length && PythonText.IsSpace(text[at]) == space)
                at++;
            budget.Scan(16L * (at - start));
            string word = text[start..at];
            result.Append(space ? word : Link(word, attributes, limit, schemes));
        }

        return run.MarkupIfEscaping(result.ToString());
    }

    private static string? Relations(object? rel, bool nofollow)
    {
        SortedSet<string> parts = new(StringComparer.Ordinal) { "noopener" };
        foreach (string part in (rel is null ? "" : PythonText.Require(rel)).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            parts.Add(part);
        if (nofollow)
            parts.Add("nofollow");
        return string.Join(' ', parts);
    }

    private static string Attribute(Budget budget, string name, object? value) =>
        Comparison.IsTrue(value) ? $" {name}=\"{Markup.Escape(budget, value).Text}\"" : "";

    private static string Link(string word, string attributes, int? limit, List<string> schemes)
    {
        (string head, string middle, string tail) = Split(word);
        string Shown() => limit is not null && PythonText.Length(middle) > limit
            ? Indexing.Bounds(PythonText.Length(middle), null, limit, 1) is var b ? middle[..PythonText.Offset(middle, b.Count)] + "..." : middle
            : middle;
        string link = middle;
        if (Web.Value.IsMatch(middle))
        {
            bool complete = middle.StartsWith("https://", StringComparison.Ordinal) || middle.StartsWith("http://", StringComparison.Ordinal);
            link = $"<a href=\"{(complete ? "" : "https://")}{middle}\"{attributes}>{Shown()}</a>";
        }
        else if (middle.StartsWith("mailto:", StringComparison.Ordinal) && Mail.Value.IsMatch(middle[7..]))
        {
            link = $"<a href=\"{middle}\">{middle[7..]}</a>";
        }
        else if (middle.Contains('@', StringComparison.Ordinal) && !middle.StartsWith("www.", StringComparison.Ordinal) && !middle.StartsWith('@')
            && !middle.Contains(':', StringComparison.Ordinal) && Mail.Value.IsMatch(middle))
        {
            link = $"<a href=\"mailto:{middle}\">{middle}</a>";
        }
        else if (schemes.Find(s => middle != s && middle.StartsWith(s, StringComparison.Ordinal)) is not null)
        {
            link = $"<a href=\"{middle}\"{attributes}>{middle}</a>";
        }

        return head + link + tail;
    }

    // Punctuation around an address is not part of it, but a closing bracket that matches one inside is.
    private static (string Head, string Middle, string Tail) Split(string word)
    {
        int start = 0;
        while (Opening(word.AsSpan(start)) is > 0 and int opening)
            start += opening;
        int end = word.Length;
        while (end > start && Closing(word.AsSpan(start, end - start)) is > 0 and int closing)
            end -= closing;
        string middle = word[start..end];
        string tail = word[end..];
        foreach ((string open, string close) in Brackets)
        {
            int unbalanced = Count(middle, open);
            if (unbalanced <= Count(middle, close))
                continue;
            for (int moves = Math.Min(unbalanced, Count(tail, close)); moves > 0; moves--)
            {
                int cut = tail.IndexOf(close, StringComparison.Ordinal) + close.Length;
                middle += tail[..cut];
                tail = tail[cut..];
            }
        }

        return (word[..start], middle, tail);
    }

    private static int Opening(ReadOnlySpan<char> text) =>
        text.StartsWith("&lt;", StringComparison.Ordinal) ? 4 : text.Length > 0 && text[0] is '(' or '<' ? 1 : 0;

    private static int Closing(ReadOnlySpan<char> text) =>
        text.EndsWith("&gt;", StringComparison.Ordinal) ? 4 : text[^1] is ')' or '>' or '.' or ',' ? 1 : 0;

    private static int Count(string text, string part) => text.AsSpan().Count(part);
}
