using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>The methods of <c>str</c>. On markup, the results are markup and text arguments that are inserted are escaped.</summary>
internal static partial class StringMethods
{
    private static readonly Dictionary<string, Method> Table = All().ToDictionary(m => m.Name);

    /// <summary>Methods of text that mark or unmark HTML; only markup has them.</summary>
    private static readonly Dictionary<string, Method> MarkupTable = new Method[]
    {
        new("striptags", new(""), (run, self, a) => HtmlText.StripTags(run.Budget, ((Markup)self).Text)),
        new("unescape", new(""), (run, self, a) => HtmlText.Unescape(run.Budget, ((Markup)self).Text)),
        new("escape", new("s, /"), (run, self, a) => Markup.Escape(run.Budget, a[0])),
    }.ToDictionary(m => m.Name);

    /// <summary>The method of a name; null where <c>str</c> has none.</summary>
    public static Method? Find(object self, string name)
    {
        if (Table.TryGetValue(name, out Method? method))
            return method;
        return self is Markup ? MarkupTable.GetValueOrDefault(name) : null;
    }

    /// <summary>Python's <c>ascii()</c> of a text that is a repr already.</summary>
    public static string EscapeNonAscii(Budget budget, string text)
    {
        if (Ascii.IsValid(text))
            return text;
        TextBuilder escaped = new(budget);
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = Casing.RuneAt(text, at);
            escaped.Append(point switch
            {
                < 128 => ((char)point).ToString(),
                <= 0xFF => $"\\x{point:x2}",
                <= 0xFFFF => $"\\u{point:x4}",
                _ => $"\\U{point:x8}",
            });
        }

        return escaped.ToString();
    }

    private static IEnumerable<Method> All() =>
    [
        .. CaseMethods(), .. PredicateMethods(), .. SearchMethods(), .. StripMethods(), .. SplitMethods(), .. PadMethods(),
        new("format_map", new("mapping, /"), (run, self, a) => StringFormat.Apply(run, self, [], RequireMapping(a[0]))),
        new("join", new("iterable, /"), Join),
        new("replace", new("old, new, count=-1, /"), Replace),
        Returning("expandtabs", "tabsize=8", (b, s, a) => ExpandTabs(b, s, Numbers.ToInt(a[0]))),
        Returning("translate", "table, /", (b, s, a) => Translate(b, s, a[0])),
        new("maketrans", new("x, y=None, z=None, /"), (run, _, a) => MakeTranslation(run.Budget, a)),
        new("encode", new("encoding='utf-8', errors='strict'"), (run, self, a) => Encode(run.Budget, PythonText.AsText(self)!, a)),
    ];

    /// <summary>A method whose text result keeps the type of the object: text of text, markup of markup.</summary>
    private static Method Returning(string name, string signature, Func<Budget, string, object?[], string> body) =>
        new(name, new(signature), (run, self, a) => Like(self, body(run.Budget, PythonText.AsText(self)!, a)));

    private static object Like(object self, string text) => self is Markup ? new Markup(text) : text;

    private static PyList Like(object self, IEnumerable<string> texts) => new(texts.Select(t => (object?)Like(self, t)));

    private static string Argument(Budget budget, object self, object? argument) =>
        self is Markup ? Markup.Escape(budget, argument).Text : PythonText.Require(argument);

    private static PyDict RequireMapping(object? value) =>
        value as PyDict ?? throw Fail.Type($"format_map() argument must be a mapping, not {Display.TypeName(value)}");

    private static IEnumerable<Method> CaseMethods() =>
    [
        Returning("upper", "", (b, s, _) => Casing.Upper(b, s)),
        Returning("lower", "", (b, s, _) => Casing.Lower(b, s)),
        Returning("casefold", "", (b, s, _) => Casing.Fold(b, s)),
        Returning("capitalize", "", (b, s, _) => Casing.Capitalize(b, s)),
        Returning("title", "", (b, s, _) => Casing.Title(b, s)),
        Returning("swapcase", "", (b, s, _) => Casing.SwapCase(b, s)),
    ];

    private static object? Join(RenderContext run, object self, object?[] a)
    {
        TextBuilder text = new(run.Budget);
        string separator = PythonText.AsText(self)!;
        int index = 0;
        foreach (object? item in Iteration.Of(run.Budget, a[0]))
        {
            run.Budget.Step();
            if (index > 0)
                text.Append(separator);
            text.Append(self is Markup
                ? Markup.Escape(run.Budget, item).Text
                : PythonText.AsText(item) ?? throw Fail.Type($"sequence item {index}: expected str instance, {Display.TypeName(item)} found"));
            index++;
        }

        return Like(self, text.ToString());
    }

    private static object? Replace(RenderContext run, object self, object?[] a)
    {
        string old = PythonText.Require(a[0]);
        return Like(self, Replace(run.Budget, PythonText.AsText(self)!, old, Argument(run.Budget, self, a[1]), Numbers.ToInt(a[2])));
    }

    /// <summary>Python's <c>str.replace</c>; a negative count replaces all.</summary>
    public static string Replace(Budget budget, string text, string old, string replacement, int count)
    {
        budget.Scan(text.Length);
        if (count == 0)
            return text;
        TextBuilder result = new(budget);
        if (old.Length == 0)
        {
            InsertBetween(budget, result, text, replacement, count);
            return result.ToString();
        }

        int at = 0;
        for (int found; count != 0 && (found = text.IndexOf(old, at, StringComparison.Ordinal)) >= 0; count--)
        {
            budget.Step();
            result.Append(text.AsSpan(at, found - at)).Append(replacement);
            at = found + old.Length;
        }

        return at == 0 ? text : result.Append(text.AsSpan(at)).ToString();
    }

    private static void InsertBetween(Budget budget, TextBuilder result, string text, string replacement, int count)
    {
        for (int at = 0; ; count--)
        {
            budget.Step();
            if (count != 0)
                result.Append(replacement);
            if (at >= text.Length)
                return;
            int units = count == 0 ? text.Length - at : PythonText.UnitsAt(text, at);
            result.Append(text.AsSpan(at, units));
            at += units;
            if (count == 0)
                return;
        }
    }

    private static string ExpandTabs(Budget budget, string text, int size)
    {
        TextBuilder result = new(budget);
        int column = 0;
        foreach (char c in text)
        {
            if (c == '\t')
            {
                int spaces = size > 0 ? size - (column % size) : 0;
                result.Append(' ', spaces);
                column += spaces;
                continue;
            }

            result.Append(c);
            column = c is '\n' or '\r' ? 0 : char.IsLowSurrogate(c) ? column : column + 1;
        }

        return result.ToString();
    }

    private static string Translate(Budget budget, string text, object? table)
    {
        PyDict map = table as PyDict ?? throw Fail.Type($"'{Display.TypeName(table)}' object is not subscriptable");
        TextBuilder result = new(budget);
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            budget.Step();
            int point = Casing.RuneAt(text, at);
            if (!map.TryGet(budget, Numbers.Box((long)point), out object? mapped))
                result.Append(text.AsSpan(at, PythonText.UnitsAt(text, at)));
            else if (mapped is not null)
                result.Append(Numbers.TryInteger(mapped, out var code) ? FormatSpec.Character(code) : PythonText.Require(mapped));
        }

        return result.ToString();
    }

    private static PyDict MakeTranslation(Budget budget, object?[] a)
    {
        PyDict table = new();
        if (a[1] is null)
        {
            PyDict map = a[0] as PyDict ?? throw Fail.Type("if you give only one argument to maketrans it must be a dict");
            foreach ((object? key, object? value) in map.Entries)
                table.Set(budget, PythonText.AsText(key) is string text ? Numbers.Box((long)Casing.RuneAt(text, 0)) : key, value);
            return table;
        }

        int[] from = PythonText.CodePoints(PythonText.Require(a[0]));
        int[] to = PythonText.CodePoints(PythonText.Require(a[1]));
        if (from.Length != to.Length)
            throw Fail.Value("the first two maketrans arguments must have equal length");
        budget.Items(from.Length);
        for (int i = 0; i < from.Length; i++)
            table.Set(budget, Numbers.Box((long)from[i]), Numbers.Box((long)to[i]));
        foreach (int removed in a[2] is null ? [] : PythonText.CodePoints(PythonText.Require(a[2])))
            table.Set(budget, Numbers.Box((long)removed), null);
        return table;
    }

    private static PyBytes Encode(Budget budget, string text, object?[] a)
    {
        budget.Text(text.Length * 2L);
        string name = PythonText.Require(a[0]).Replace('_', '-').ToLowerInvariant();
        string errors = PythonText.Require(a[1]);
        Encoding encoding = name switch
        {
            "utf-8" or "utf8" => new UTF8Encoding(false, true),
            "ascii" or "us-ascii" => Encoding.ASCII,
            "latin-1" or "latin1" or "iso-8859-1" => Encoding.Latin1,
            _ => throw Fail.Lookup($"unknown encoding: {name}"),
        };
        EncoderFallback fallback = errors switch
        {
            "ignore" => new EncoderReplacementFallback(""),
            "replace" => new EncoderReplacementFallback("?"),
            _ => EncoderFallback.ExceptionFallback,
        };
        try
        {
            return new PyBytes(Encoding.GetEncoding(encoding.CodePage, fallback, DecoderFallback.ExceptionFallback).GetBytes(text));
        }
        catch (EncoderFallbackException)
        {
            throw Fail.Value($"'{name}' codec can't encode the text");
        }
    }
}
