using System.Globalization;
using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <content>Searching, and questions about the characters.</content>
internal static partial class StringMethods
{
    // Ideographs that stand for numbers (Unihan's numeric properties), which .NET does not know as such.
    private static readonly System.Buffers.SearchValues<char> NumericIdeographs = System.Buffers.SearchValues.Create(
        "\u3405\u3483\u382A\u3B4D\u4E00\u4E03\u4E07\u4E09\u4E5D\u4E8C\u4E94\u4E96\u4EBF\u4EC0\u4EDF\u4EE8\u4F0D\u4F70\u5104\u5146"
        + "\u5169\u516B\u516D\u5341\u5343\u5344\u5345\u534C\u53C1\u53C2\u53C3\u53C4\u56DB\u58F1\u58F9\u5E7A\u5EFE\u5EFF\u5F0C\u5F0D"
        + "\u5F0E\u5F10\u62FE\u634C\u67D2\u6F06\u7396\u767E\u8086\u842C\u8CAE\u8CB3\u8D30\u9621\u9646\u964C\u9678\u96F6\uF96B\uF973"
        + "\uF978\uF9B2\uF9D1\uF9D3\uF9FD");

    private static IEnumerable<Method> SearchMethods() =>
    [
        new("find", new("sub, start=None, end=None, /"), (run, self, a) => Numbers.Box((long)Find(run.Budget, self, a, last: false))),
        new("rfind", new("sub, start=None, end=None, /"), (run, self, a) => Numbers.Box((long)Find(run.Budget, self, a, last: true))),
        new("index", new("sub, start=None, end=None, /"), (run, self, a) => Numbers.Box((long)Found(Find(run.Budget, self, a, last: false)))),
        new("rindex", new("sub, start=None, end=None, /"), (run, self, a) => Numbers.Box((long)Found(Find(run.Budget, self, a, last: true)))),
        new("count", new("sub, start=None, end=None, /"), (run, self, a) => Numbers.Box((long)Count(run.Budget, self, a))),
        new("startswith", new("prefix, start=None, end=None, /"), (run, self, a) => Numbers.Box(HasEdge(run.Budget, self, a, atStart: true))),
        new("endswith", new("suffix, start=None, end=None, /"), (run, self, a) => Numbers.Box(HasEdge(run.Budget, self, a, atStart: false))),
    ];

    private static IEnumerable<Method> PredicateMethods() =>
    [
        Asking("isalpha", s => All(s, p => char.IsLetter(char.ConvertFromUtf32(p), 0))),
        Asking("isdecimal", s => All(s, p => Casing.Category(p) == UnicodeCategory.DecimalDigitNumber)),
        Asking("isdigit", s => All(s, IsDigit)),
        Asking("isnumeric", s => All(s, IsNumeric)),
        Asking("isalnum", s => All(s, IsAlphanumeric)),
        Asking("isspace", s => All(s, p => p <= 0xFFFF && PythonText.IsSpace((char)p))),
        Asking("isascii", s => Ascii.IsValid(s)),
        Asking("isprintable", s => s.EnumerateRunes().All(PythonText.IsPrintable)),
        Asking("isidentifier", IsIdentifier),
        Asking("islower", s => Cased(s, Casing.IsLower)),
        Asking("isupper", s => Cased(s, Casing.IsUpper)),
        Asking("istitle", IsTitle),
    ];

    private static Method Asking(string name, Func<string, bool> predicate) => new(name, new(""), (run, self, _) =>
    {
        string text = PythonText.AsText(self)!;
        run.Budget.Scan(text.Length * 4L);
        return Numbers.Box(predicate(text));
    });

    /// <summary>Some cased character, and every cased one is of the kind asked for.</summary>
    public static bool Cased(string text, Func<int, bool> kind)
    {
        bool any = false;
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = Casing.RuneAt(text, at);
            if (!Casing.IsCased(point))
                continue;
            if (!kind(point))
                return false;
            any = true;
        }

        return any;
    }

    /// <summary>What <c>\w</c> matches, underscore aside.</summary>
    public static bool IsAlphanumeric(int point) => char.IsLetter(ToText(point), 0) || IsNumeric(point);

    /// <summary>Python's rule for names.</summary>
    public static bool IsIdentifier(string text)
    {
        if (text.Length == 0)
            return false;
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = Casing.RuneAt(text, at);
            bool starts = point == '_' || char.IsLetter(ToText(point), 0) || Casing.Category(point) == UnicodeCategory.LetterNumber;
            bool continues = starts || Casing.Category(point) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation || point == 0xB7;
            if (at == 0 ? !starts : !continues)
                return false;
        }

        return true;
    }

    private static bool All(string text, Func<int, bool> kind)
    {
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = Casing.RuneAt(text, at);
            if (point is >= 0xD800 and <= 0xDFFF || !kind(point))
                return false;
        }

        return text.Length > 0;
    }

    private static string ToText(int point) => point is >= 0xD800 and <= 0xDFFF ? "\0" : char.ConvertFromUtf32(point);

    private static bool IsDigit(int point) => CharUnicodeInfo.GetDigitValue(ToText(point), 0) >= 0;

    private static bool IsNumeric(int point) => Casing.Category(point) is UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber || (point <= 0xFFFF && NumericIdeographs.Contains((char)point));

    private static bool IsTitle(string text)
    {
        bool any = false;
        bool insideWord = false;
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = Casing.RuneAt(text, at);
            bool starts = Casing.IsUpper(point) || Casing.IsTitle(point);
            if (insideWord ? starts : Casing.IsLower(point))
                return false;
            insideWord = starts || Casing.IsLower(point);
            any |= insideWord;
        }

        return any;
    }

    // The part of the text between two optional positions, as UTF-16 offsets; null where the start lies beyond the end.
    private static (int Start, int End)? Window(string text, object? start, object? end)
    {
        if (start is null && end is null)
            return (0, text.Length);
        int length = PythonText.Length(text);
        int Position(object? value, int otherwise)
        {
            if (value is null)
                return otherwise;
            if (value is not (long or bool or System.Numerics.BigInteger))
                throw Fail.Type("slice indices must be integers or None or have an __index__ method");
            int at = Numbers.ToInt(value);
            return at < 0 ? Math.Max(at + length, 0) : at;
        }

        int from = Position(start, 0);
        int to = Math.Min(Position(end, length), length);
        return from > to ? null : (PythonText.Offset(text, from), PythonText.Offset(text, to));
    }

    private static int Find(Budget budget, object self, object?[] a, bool last)
    {
        string text = PythonText.AsText(self)!;
        string part = PythonText.AsText(a[0]) ?? throw Fail.Type($"must be str, not {Display.TypeName(a[0])}");
        budget.Scan(text.Length);
        if (Window(text, a[1], a[2]) is not (int start, int end))
            return -1;
        ReadOnlySpan<char> window = text.AsSpan(start, end - start);
        int at = last ? window.LastIndexOf(part.AsSpan()) : window.IndexOf(part.AsSpan());
        return at < 0 ? -1 : PythonText.Length(text.AsSpan(0, start + at));
    }

    private static int Found(int at) => at >= 0 ? at : throw Fail.Value("substring not found");

    private static int Count(Budget budget, object self, object?[] a)
    {
        string text = PythonText.AsText(self)!;
        string part = PythonText.AsText(a[0]) ?? throw Fail.Type($"must be str, not {Display.TypeName(a[0])}");
        budget.Scan(text.Length * 4L);
        if (Window(text, a[1], a[2]) is not (int start, int end))
            return 0;
        ReadOnlySpan<char> window = text.AsSpan(start, end - start);
        return part.Length == 0 ? PythonText.Length(window) + 1 : window.Count(part);
    }

    private static bool HasEdge(Budget budget, object self, object?[] a, bool atStart)
    {
        string text = PythonText.AsText(self)!;
        if (Window(text, a[1], a[2]) is not (int start, int end))
            return false;
        foreach (object? candidate in a[0] is PyTuple tuple ? tuple.Items : [a[0]])
        {
            string edge = PythonText.AsText(candidate)
                ?? throw Fail.Type($"{(atStart ? "starts" : "ends")}with first arg must be str or a tuple of str, not {Display.TypeName(candidate)}");
            budget.Scan(edge.Length);
            ReadOnlySpan<char> window = text.AsSpan(start, end - start);
            if (atStart ? window.StartsWith(edge, StringComparison.Ordinal) : window.EndsWith(edge, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
