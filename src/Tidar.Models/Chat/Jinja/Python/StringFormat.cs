namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Python's <c>text.format(...)</c>. Fields reach attributes only through the sandbox, so <c>{0.__class__}</c> finds nothing.
/// On markup, every field is escaped.
/// </summary>
internal sealed class StringFormat
{
    private const int MaxNesting = 2;

    private readonly RenderContext _run;
    private readonly object?[] _positional;
    private readonly PyDict _named;
    private readonly bool _escape;
    private int _automatic;
    private bool _numbered;

    private StringFormat(RenderContext run, object?[] positional, PyDict named, bool escape)
    {
        _run = run;
        _positional = positional;
        _named = named;
        _escape = escape;
    }

    /// <summary>Formats; the result is markup where the format is.</summary>
    public static object Apply(RenderContext run, object format, object?[] positional, PyDict named)
    {
        bool escape = format is Markup;
        string text = new StringFormat(run, positional, named, escape).Format(PythonText.AsText(format)!, MaxNesting);
        return escape ? new Markup(text) : text;
    }

    private string Format(string format, int nesting)
    {
        if (nesting < 0)
            throw Fail.Value("Max string recursion exceeded");
        TextBuilder text = new(_run.Budget);
        for (int at = 0; at < format.Length;)
        {
            int brace = format.AsSpan(at).IndexOfAny('{', '}');
            if (brace < 0)
            {
                text.Append(format.AsSpan(at));
                break;
            }

            text.Append(format.AsSpan(at, brace));
            at += brace;
            char c = format[at++];
            if (at < format.Length && format[at] == c)
            {
                text.Append(c);
                at++;
            }
            else if (c == '}')
            {
                throw Fail.Value("Single '}' encountered in format string");
            }
            else
            {
                int end = FieldEnd(format, at);
                text.Append(Field(format[at..end], nesting));
                at = end + 1;
            }
        }

        return text.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        int depth = 1;
        bool bracketed = false;
        for (int i = start; i < format.Length; i++)
        {
            char c = format[i];
            if (bracketed)
                bracketed = c != ']';
            else if (c == '[' && depth == 1)
                bracketed = true;
            else if (c == '{')
                depth++;
            else if (c == '}' && --depth == 0)
                return i;
        }

        throw Fail.Value(start == format.Length ? "Single '{' encountered in format string" : "expected '}' before end of string");
    }

    private string Field(string field, int nesting)
    {
        _run.Budget.Step();
        int nameEnd = NameEnd(field);
        object? value = Resolve(field[..nameEnd]);
        string rest = field[nameEnd..];
        if (rest.StartsWith('!'))
        {
            if (rest.Length < 2 || (rest.Length > 2 && rest[2] != ':'))
                throw Fail.Value(rest.Length < 2 ? "end of string while looking for conversion specifier" : "expected ':' after conversion specifier");
            value = rest[1] switch
            {
                's' => Display.Str(_run.Budget, value),
                'r' => Display.Repr(_run.Budget, value),
                'a' => StringMethods.EscapeNonAscii(_run.Budget, Display.Repr(_run.Budget, value)),
                _ => throw Fail.Value($"Unknown conversion specifier {rest[1]}"),
            };
            rest = rest[2..];
        }

        string spec = rest.Length > 0 ? Format(rest[1..], nesting - 1) : "";
        return FormatValue(value, spec);
    }

    private string FormatValue(object? value, string spec)
    {
        if (!_escape)
            return FormatSpec.Apply(_run.Budget, value, spec);
        if (value is not Markup markup)
            return Markup.EscapeText(_run.Budget, FormatSpec.Apply(_run.Budget, value, spec));
        return spec.Length == 0 ? markup.Text : throw Fail.Value("Unsupported format specification for Markup.");
    }

    // The name ends at the first '!' or ':' outside brackets.
    private static int NameEnd(string field)
    {
        bool bracketed = false;
        for (int i = 0; i < field.Length; i++)
        {
            if (bracketed)
                bracketed = field[i] != ']';
            else if (field[i] == '[')
                bracketed = true;
            else if (field[i] is '!' or ':')
                return i;
            else if (field[i] is '{' or '}')
                throw Fail.Value("unexpected '{' in field name");
        }

        return field.Length;
    }

    private object? Resolve(string name)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        end = end < 0 ? name.Length : end;
        object? value = First(name[..end]);
        while (end < name.Length)
        {
            if (name[end] == '.')
            {
                int next = name.AsSpan(end + 1).IndexOfAny('.', '[');
                next = next < 0 ? name.Length : end + 1 + next;
                value = Attributes.Get(_run, value, Part(name[(end + 1)..next]));
                end = next;
            }
            else
            {
                int close = name.IndexOf(']', end);
                if (close < 0)
                    throw Fail.Value("Missing ']' in format string");
                string key = Part(name[(end + 1)..close]);
                value = Attributes.GetItem(_run, value, AsIndex(key) ?? (object)key);
                end = close + 1;
                if (end < name.Length && name[end] is not ('.' or '['))
                    throw Fail.Value("Only '.' or '[' may follow ']' in format field specifier");
            }
        }

        return value;
    }

    private static string Part(string part) => part.Length > 0 ? part : throw Fail.Value("Empty attribute in format string");

    private object? First(string name)
    {
        long? index = name.Length == 0 ? _automatic++ : AsIndex(name);
        if (name.Length == 0 ? _numbered : index is not null && _automatic > 0)
            throw Fail.Value("cannot switch between automatic field numbering and manual field specification");
        if (index is null)
            return _named.TryGet(name, out object? value) ? value : throw Fail.Lookup(Display.QuoteText(name));
        _numbered |= name.Length > 0;
        return index < _positional.Length
            ? _positional[(int)index]
            : throw Fail.Lookup($"Replacement index {index} out of range for positional args tuple");
    }

    private static long? AsIndex(string text)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
            return null;
        return text.Length < 18
            ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : throw Fail.Value("Too many decimal digits in format string");
    }
}
