using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <content>Filters on text.</content>
internal static partial class Filters
{
    private const int TruncateLeeway = 5;

    private static IEnumerable<Filter> Texts() =>
    [
        OnText("upper", "", (b, s, _) => Casing.Upper(b, s)),
        OnText("lower", "", (b, s, _) => Casing.Lower(b, s)),
        OnText("capitalize", "", (b, s, _) => Casing.Capitalize(b, s)),
        OnText("trim", "chars=None", (b, s, a) => StringMethods.Strip(b, s, a[0], start: true, end: true)),
        OnText("center", "width=80", (b, s, a) => StringMethods.Center(b, s, Numbers.ToInt(a[0]))),
        new("title", "", (run, v, _) => Title(run.Budget, Display.Str(run.Budget, v))),
        new("replace", "old, new, count=None", (run, v, a) => Replace(run, v, a)),
        new("format", (run, v, a) => Format(run.Budget, v, a)),
        new("indent", "width=4, first=False, blank=False", (run, v, a) => Indent(run.Budget, v, a)),
        new("truncate", "length=255, killwords=False, end='...', leeway=None", (run, v, a) => Truncate(run.Budget, v, a)),
        new("wordcount", "", (run, v, _) => Numbers.Box((long)CountWords(run.Budget, Display.Str(run.Budget, v)))),
        new("wordwrap", "width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True", (run, v, a) => WordWrap(run.Budget, v, a)),
        new("urlencode", "", (run, v, _) => UrlEncode(run.Budget, v)),
    ];

    /// <summary>A filter on whatever a value prints as; markup stays markup.</summary>
    private static Filter OnText(string name, string signature, Func<Budget, string, object?[], string> apply) =>
        new(name, signature, (run, v, a) =>
        {
            string text = apply(run.Budget, Display.Str(run.Budget, v), a);
            return v is Markup ? new Markup(text) : text;
        });

    // A word starts after white space, a hyphen or an opening bracket; unlike str.title, not after an apostrophe.
    private static string Title(Budget budget, string text)
    {
        StringBuilder titled = new();
        int at = 0;
        while (at < text.Length)
        {
            int start = at;
            bool separators = IsSeparator(text[at]);
            while (at < text.Length && IsSeparator(text[at]) == separators)
                at++;
            string part = text[start..at];
            if (separators)
            {
                titled.Append(part);
                continue;
            }

            int units = PythonText.UnitsAt(part, 0);
            titled.Append(Casing.Upper(budget, part[..units])).Append(Casing.Lower(budget, part[units..]));
        }

        return budget.Text(titled.ToString());

        static bool IsSeparator(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);
    }

    private static object Replace(RenderContext run, object? value, object?[] a)
    {
        Budget budget = run.Budget;
        int count = a[2] is null ? -1 : Numbers.ToInt(a[2]);
        if (!run.Autoescape)
            return StringMethods.Replace(budget, Display.Str(budget, value), Display.Str(budget, a[0]), Display.Str(budget, a[1]), count);
        bool escape = a[0] is Markup || (a[1] is Markup && value is not Markup);
        object text = escape ? Markup.Escape(budget, value) : Soft(budget, value);
        string replacement = text is Markup ? Markup.Escape(budget, a[1]).Text : Display.Str(budget, a[1]);
        string replaced = StringMethods.Replace(budget, PythonText.AsText(text)!, Display.Str(budget, a[0]), replacement, count);
        return text is Markup ? new Markup(replaced) : replaced;
    }

    private static object Format(Budget budget, object? value, Arguments arguments)
    {
        if (arguments.Count > 0 && arguments.Named.Length > 0)
            throw Fail.Runtime("can't handle positional and keyword arguments at the same time");
        object values = arguments.Named.Length > 0 ? Globals.ToDict(arguments.Named) : new PyTuple(arguments.Positional);
        return PercentFormat.Apply(budget, Soft(budget, value), values);
    }

    private static object Indent(Budget budget, object? value, object?[] a)
    {
        string text = PythonText.AsText(value) ?? throw (value is Undefined undefined
            ? undefined.Error()
            : Fail.Type($"unsupported operand type(s) for +=: '{Display.TypeName(value)}' and 'str'"));
        bool first = Comparison.IsTrue(a[1]);
        bool blank = Comparison.IsTrue(a[2]);
        string indent = PythonText.AsText(a[0]) ?? new TextBuilder(budget).Append(' ', Numbers.ToInt(a[0])).ToString();
        TextBuilder result = new(budget);
        List<string> lines = StringMethods.Lines(budget, text + "\n", keepEnds: false);
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                result.Append('\n');
            if (i == 0 ? first : blank || lines[i].Length > 0)
                result.Append(indent);
            result.Append(lines[i]);
        }

        return value is Markup ? new Markup(result.ToString()) : result.ToString();
    }

    private static object? Truncate(Budget budget, object? value, object?[] a)
    {
        int length = Numbers.ToInt(a[0]);
        string end = PythonText.Require(a[2]);
        int leeway = a[3] is null ? TruncateLeeway : Numbers.ToInt(a[3]);
        int endLength = PythonText.Length(end);
        if (length < endLength)
            throw Fail.Value($"expected length >= {endLength}, got {length}");
        if (leeway < 0)
            throw Fail.Value($"expected leeway >= 0, got {leeway}");
        if (Iteration.Length(budget, value) <= (long)length + leeway)
            return value;
        string text = PythonText.Require(value);
        string kept = text[..PythonText.Offset(text, length - endLength)];
        if (!Comparison.IsTrue(a[1]) && kept.LastIndexOf(' ') is >= 0 and int space)
            kept = kept[..space];
        string tail = value is Markup ? Markup.Escape(budget, a[2]).Text : end;
        return value is Markup ? new Markup(budget.Text(kept + tail)) : budget.Text(kept + tail);
    }

    private static int CountWords(Budget budget, string text)
    {
        budget.Scan(text.Length * 4L);
        int words = 0;
        bool inside = false;
        for (int at = 0; at < text.Length; at += PythonText.UnitsAt(text, at))
        {
            int point = Casing.RuneAt(text, at);
            bool letter = point == '_' || StringMethods.IsAlphanumeric(point);
            words += letter && !inside ? 1 : 0;
            inside = letter;
        }

        return words;
    }

    private static string WordWrap(Budget budget, object? value, object?[] a)
    {
        string text = PythonText.AsText(value) ?? throw (value is Undefined undefined
            ? undefined.Error()
            : Fail.Lookup($"'{Display.TypeName(value)}' object has no attribute 'splitlines'"));
        int width = Numbers.ToInt(a[0]);
        string separator = a[2] is null ? "\n" : PythonText.Require(a[2]);
        TextBuilder result = new(budget);
        bool first = true;
        foreach (string paragraph in StringMethods.Lines(budget, text, keepEnds: false))
        {
            if (!first)
                result.Append(separator);
            first = false;
            List<string> lines = TextWrap.Wrap(budget, paragraph, width, Comparison.IsTrue(a[1]), Comparison.IsTrue(a[3]));
            for (int i = 0; i < lines.Count; i++)
                result.Append(i > 0 ? separator : "").Append(lines[i]);
        }

        return result.ToString();
    }

    private static string UrlEncode(Budget budget, object? value)
    {
        if (value is string or Markup || !Iteration.IsIterable(value))
            return UrlQuote(budget, Display.Str(budget, value), query: false);
        TextBuilder query = new(budget);
        IEnumerable<object?> pairs = value is PyDict dict ? new DictView(dict, DictViewKind.Items).Values() : Iteration.Of(budget, value);
        foreach (object? pair in pairs)
        {
            object?[] parts = Iteration.ToArray(budget, pair);
            if (parts.Length != 2)
                throw Fail.Value($"{(parts.Length < 2 ? "not enough" : "too many")} values to unpack (expected 2)");
            query.Append(query.Length > 0 ? "&" : "")
                .Append(UrlQuote(budget, Display.Str(budget, parts[0]), query: true))
                .Append('=')
                .Append(UrlQuote(budget, Display.Str(budget, parts[1]), query: true));
        }

        return query.ToString();
    }

    private static string UrlQuote(Budget budget, string text, bool query)
    {
        budget.Text(text.Length * 3L);
        StringBuilder quoted = new();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !query))
                quoted.Append(c);
            else if (c == ' ' && query)
                quoted.Append('+');
            else
                quoted.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return quoted.ToString();
    }
}
