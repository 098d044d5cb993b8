namespace Tidar.Models.Chat.Jinja;

/// <content>Stripping, splitting and padding.</content>
internal static partial class StringMethods
{
    private static readonly System.Buffers.SearchValues<char> LineEnds = System.Buffers.SearchValues.Create("\n\r\v\f\x1C\x1D\x1E\x85\u2028\u2029");

    private static IEnumerable<Method> StripMethods() =>
    [
        Returning("strip", "chars=None, /", (b, s, a) => Strip(b, s, a[0], start: true, end: true)),
        Returning("lstrip", "chars=None, /", (b, s, a) => Strip(b, s, a[0], start: true, end: false)),
        Returning("rstrip", "chars=None, /", (b, s, a) => Strip(b, s, a[0], start: false, end: true)),
        Returning("removeprefix", "prefix, /", (b, s, a) =>
            PythonText.Require(a[0]) is var p && s.StartsWith(p, StringComparison.Ordinal) ? b.Text(s[p.Length..]) : s),
        Returning("removesuffix", "suffix, /", (b, s, a) =>
            PythonText.Require(a[0]) is var p && s.EndsWith(p, StringComparison.Ordinal) ? b.Text(s[..^p.Length]) : s),
    ];

    private static IEnumerable<Method> SplitMethods() =>
    [
        new("split", new("sep=None, maxsplit=-1"), (run, self, a) =>
            Like(self, Split(run.Budget, PythonText.AsText(self)!, a[0], Numbers.ToInt(a[1])))),
        new("rsplit", new("sep=None, maxsplit=-1"), (run, self, a) =>
            Like(self, SplitFromRight(run.Budget, PythonText.AsText(self)!, a[0], Numbers.ToInt(a[1])))),
        new("splitlines", new("keepends=False"), (run, self, a) => Like(self, Lines(run.Budget, PythonText.AsText(self)!, Comparison.IsTrue(a[0])))),
        new("partition", new("sep, /"), (run, self, a) => Partition(run.Budget, self, a[0], last: false)),
        new("rpartition", new("sep, /"), (run, self, a) => Partition(run.Budget, self, a[0], last: true)),
    ];

    private static IEnumerable<Method> PadMethods() =>
    [
        new("ljust", new("width, fillchar=' ', /"), (run, self, a) => Pad(run.Budget, self, a, (_, missing) => 0)),
        new("rjust", new("width, fillchar=' ', /"), (run, self, a) => Pad(run.Budget, self, a, (_, missing) => missing)),
        new("center", new("width, fillchar=' ', /"), (run, self, a) => Pad(run.Budget, self, a, CenterLeft)),
        Returning("zfill", "width, /", (b, s, a) => ZeroFill(b, s, Numbers.ToInt(a[0]))),
    ];

    /// <summary>Python's <c>strip</c>: white space, or any of the characters given.</summary>
    public static string Strip(Budget budget, string text, object? characters, bool start, bool end)
    {
        budget.Scan(text.Length);
        ReadOnlySpan<char> rest = text;
        if (characters is null)
        {
            rest = start ? PythonText.TrimStart(rest) : rest;
            rest = end ? PythonText.TrimEnd(rest) : rest;
        }
        else
        {
            string set = PythonText.AsText(characters) ?? throw Fail.Type($"strip arg must be None or str, not {Display.TypeName(characters)}");
            budget.Scan(set.Length);
            rest = PythonText.HasSurrogates(set) ? StripPoints(budget, text, set, start, end) : StripChars(rest, set, start, end);
        }

        return rest.Length == text.Length ? text : budget.Text(rest.ToString());
    }

    private static ReadOnlySpan<char> StripChars(ReadOnlySpan<char> text, string set, bool start, bool end)
    {
        System.Buffers.SearchValues<char> values = System.Buffers.SearchValues.Create(set);
        int first = start ? text.IndexOfAnyExcept(values) : 0;
        if (first < 0)
            return [];
        int last = end ? text.LastIndexOfAnyExcept(values) : text.Length - 1;
        return last < first ? [] : text[first..(last + 1)];
    }

    private static ReadOnlySpan<char> StripPoints(Budget budget, string text, string set, bool start, bool end)
    {
        budget.Scan(text.Length * 16L);
        HashSet<int> points = [.. PythonText.CodePoints(set)];
        int first = 0;
        int last = text.Length;
        while (start && first < last && points.Contains(Casing.RuneAt(text, first)))
            first += PythonText.UnitsAt(text, first);
        while (end && last > first)
        {
            int units = last - 2 >= first && char.IsSurrogatePair(text[last - 2], text[last - 1]) ? 2 : 1;
            if (!points.Contains(Casing.RuneAt(text, last - units)))
                break;
            last -= units;
        }

        return text.AsSpan(first, last - first);
    }

    /// <summary>Python's <c>split</c>: at a separator, or at runs of white space where it is null.</summary>
    public static List<string> Split(Budget budget, string text, object? separator, int max)
    {
        budget.Text(text.Length);
        List<string> parts = [];
        if (separator is null)
        {
            SplitSpace(budget, text, max, parts);
            return parts;
        }

        string sep = Separator(separator);
        int at = 0;
        for (int found; max != 0 && (found = text.IndexOf(sep, at, StringComparison.Ordinal)) >= 0; max--)
        {
            budget.Items(parts.Count, 1);
            parts.Add(text[at..found]);
            at = found + sep.Length;
        }

        parts.Add(text[at..]);
        return parts;
    }

    private static void SplitSpace(Budget budget, string text, int max, List<string> parts)
    {
        int at = 0;
        while (true)
        {
            while (at < text.Length && PythonText.IsSpace(text[at]))
                at++;
            if (at == text.Length)
                return;
            budget.Items(parts.Count, 1);
            if (max-- == 0)
            {
                parts.Add(text[at..]);
                return;
            }

            int start = at;
            while (at < text.Length && !PythonText.IsSpace(text[at]))
                at++;
            parts.Add(text[start..at]);
        }
    }

    private static List<string> SplitFromRight(Budget budget, string text, object? separator, int max)
    {
        if (max < 0)
            return Split(budget, text, separator, max);
        budget.Text(text.Length);
        List<string> parts = [];
        int end = text.Length;
        string? sep = separator is null ? null : Separator(separator);
        while (true)
        {
            if (sep is null)
                end = PythonText.TrimEnd(text.AsSpan(0, end)).Length;
            if (sep is null && end == 0)
                break;
            int found = max-- == 0 ? -1 : sep is null ? LastSpace(text, end) : text.AsSpan(0, end).LastIndexOf(sep);
            budget.Items(parts.Count, 1);
            parts.Add(found < 0 ? text[..end] : text[(found + (sep?.Length ?? 1))..end]);
            if (found < 0)
                break;
            end = found;
        }

        parts.Reverse();
        return parts;
    }

    private static int LastSpace(string text, int end)
    {
        while (--end >= 0 && !PythonText.IsSpace(text[end]))
        {
        }

        return end;
    }

    private static string Separator(object? separator)
    {
        string text = PythonText.AsText(separator) ?? throw Fail.Type($"must be str or None, not {Display.TypeName(separator)}");
        return text.Length > 0 ? text : throw Fail.Value("empty separator");
    }

    /// <summary>Python's <c>splitlines</c>, which knows ten line ends.</summary>
    public static List<string> Lines(Budget budget, string text, bool keepEnds)
    {
        budget.Text(text.Length);
        List<string> lines = [];
        for (int at = 0; at < text.Length;)
        {
            int length = text.AsSpan(at).IndexOfAny(LineEnds);
            int end = length < 0 ? text.Length : at + length;
            int next = Math.Min(end + 1, text.Length);
            if (next < text.Length && text[end] == '\r' && text[next] == '\n')
                next++;
            budget.Items(lines.Count, 1);
            lines.Add(text[at..(keepEnds ? next : end)]);
            at = next;
        }

        return lines;
    }

    private static PyTuple Partition(Budget budget, object self, object? separator, bool last)
    {
        string text = PythonText.AsText(self)!;
        string sep = Separator(separator);
        budget.Text(text.Length);
        int at = last ? text.LastIndexOf(sep, StringComparison.Ordinal) : text.IndexOf(sep, StringComparison.Ordinal);
        (string before, string middle, string after) = at >= 0
            ? (text[..at], sep, text[(at + sep.Length)..])
            : last ? ("", "", text) : (text, "", "");
        return new PyTuple(Like(self, before), Like(self, middle), Like(self, after));
    }

    private static object Pad(Budget budget, object self, object?[] a, Func<int, int, int> leftPart)
    {
        string text = PythonText.AsText(self)!;
        string fill = Argument(budget, self, a[1]);
        if (PythonText.Length(fill) != 1)
            throw Fail.Type("The fill character must be exactly one character long");
        return Like(self, Pad(budget, text, Numbers.ToInt(a[0]), fill, leftPart));
    }

    private static string Pad(Budget budget, string text, int width, string fill, Func<int, int, int> leftPart)
    {
        int length = PythonText.Length(text);
        int missing = width - length;
        if (missing <= 0)
            return text;
        int left = leftPart(width, missing);
        budget.Text(text.Length + ((long)missing * fill.Length));
        return fill.Length == 1
            ? string.Concat(new string(fill[0], left), text, new string(fill[0], missing - left))
            : string.Concat(Enumerable.Repeat(fill, left)) + text + string.Concat(Enumerable.Repeat(fill, missing - left));
    }

    /// <summary>Python's <c>center</c>.</summary>
    public static string Center(Budget budget, string text, int width) => Pad(budget, text, width, " ", CenterLeft);

    // CPython gives the odd space to the left when the width is odd.
    private static int CenterLeft(int width, int missing) => (missing / 2) + (missing & width & 1);

    private static string ZeroFill(Budget budget, string text, int width)
    {
        int missing = width - PythonText.Length(text);
        if (missing <= 0)
            return text;
        budget.Text(text.Length + (long)missing);
        int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return string.Concat(text.AsSpan(0, sign), new string('0', missing), text.AsSpan(sign));
    }
}
