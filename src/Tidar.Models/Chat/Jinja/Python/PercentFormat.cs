using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's <c>text % values</c>. On markup, every value is escaped.</summary>
internal sealed class PercentFormat
{
    private readonly Budget _budget;
    private readonly string _format;
    private readonly bool _escape;
    private readonly object? _values;
    private readonly TextBuilder _text;
    private int _at;
    private int _next;

    private PercentFormat(Budget budget, string format, object? values, bool escape)
    {
        _budget = budget;
        _format = format;
        _values = values;
        _escape = escape;
        _text = new TextBuilder(budget);
    }

    /// <summary>Formats; the result is markup where the format is.</summary>
    public static object Apply(Budget budget, object format, object? values)
    {
        bool escape = format is Markup;
        string text = new PercentFormat(budget, PythonText.AsText(format)!, values, escape).Run();
        return escape ? new Markup(text) : text;
    }

    private string Run()
    {
        while (_at < _format.Length)
        {
            int percent = _format.IndexOf('%', _at);
            if (percent < 0)
                percent = _format.Length;
            _text.Append(_format.AsSpan(_at, percent - _at));
            _at = percent + 1;
            if (percent < _format.Length)
                Conversion();
        }

        bool takesAll = _values is PyTuple tuple ? _next >= tuple.Count : _next > 0 || IsMapping(_values);
        return takesAll ? _text.ToString() : throw Fail.Type("not all arguments converted during string formatting");
    }

    private void Conversion()
    {
        _budget.Step();
        object? keyed = Missing.Value;
        if (Peek() == '(')
            keyed = Key();
        bool left = false, plus = false, space = false, zero = false, alternate = false;
        for (; Peek() is '-' or '+' or ' ' or '0' or '#'; _at++)
        {
            char flag = Peek();
            left |= flag == '-';
            plus |= flag == '+';
            space |= flag == ' ';
            zero |= flag == '0';
            alternate |= flag == '#';
        }

        int width = Size();
        if (width < 0)
        {
            left = true;
            width = -Math.Max(width, -int.MaxValue);
        }

        int precision = -1;
        if (Peek() == '.')
        {
            _at++;
            precision = Math.Max(Size(), 0);
        }

        if (Peek() is 'h' or 'l' or 'L')
            _at++;
        char type = Peek();
        _at++;
        if (type == '%')
        {
            _text.Append('%');
            return;
        }

        if (type == '\0')
            throw Fail.Value("incomplete format");
        object? value = keyed is Missing ? Next() : keyed;
        (string lead, string body) = Convert(type, value, precision, alternate, plus ? "+" : space ? " " : "");
        bool numeric = type is 'd' or 'i' or 'u' or 'o' or 'x' or 'X' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G';
        Write(lead, body, width, left, zero && numeric);
    }

    private (string Lead, string Body) Convert(char type, object? value, int precision, bool alternate, string plus)
    {
        switch (type)
        {
            case 's' or 'r' or 'a':
                string text = type == 's' ? Display.Str(_budget, value) : Display.Repr(_budget, value);
                if (type == 'a')
                    text = StringMethods.EscapeNonAscii(_budget, text);
                if (_escape && !(type == 's' && value is Markup))
                    text = Markup.EscapeText(_budget, text);
                return ("", precision >= 0 ? text[..PythonText.Offset(text, precision)] : text);
            case 'c':
                return ("", Character(value));
            case 'd' or 'i' or 'u' or 'o' or 'x' or 'X':
                return Integer(type, value, precision, alternate, plus);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return Real(type, value, precision < 0 ? 6 : precision, alternate, plus);
            default:
                throw Fail.Value($"unsupported format character '{type}' (0x{(int)type:x}) at index {_at - 1}");
        }
    }

    private (string Lead, string Body) Integer(char type, object? value, int precision, bool alternate, string plus)
    {
        bool whole = type is 'd' or 'i' or 'u';
        if (value is double real && whole)
            value = Numbers.Truncate(_budget, real);
        if (!Numbers.TryInteger(value, out BigInteger number))
        {
            if (value is Undefined undefined)
                throw undefined.Error();
            string expected = whole ? "a real number" : "an integer";
            throw Fail.Type($"%{type} format: {expected} is required, not {Display.TypeName(value)}");
        }

        int numberBase = type switch { 'o' => 8, 'x' or 'X' => 16, _ => 10 };
        string digits = FormatSpec.Digits(BigInteger.Abs(number), numberBase);
        string prefix = alternate ? type switch { 'o' => "0o", 'x' => "0x", 'X' => "0X", _ => "" } : "";
        if (precision > digits.Length)
        {
            _budget.Text(precision);
            digits = digits.PadLeft(precision, '0');
        }

        return ((number.Sign < 0 ? "-" : plus) + prefix, type == 'X' ? digits.ToUpperInvariant() : digits);
    }

    private (string Lead, string Body) Real(char type, object? value, int precision, bool alternate, string plus)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (!Numbers.IsNumber(value))
            throw Fail.Type($"must be real number, not {Display.TypeName(value)}");
        _budget.Text(precision);
        double number = Numbers.ToDouble(value);
        double magnitude = Math.Abs(number);
        string body = !double.IsFinite(number) ? FloatText.Special(magnitude) : (char)(type | 0x20) switch
        {
            'e' => FloatText.Exponent(magnitude, precision, alternate),
            'f' => FloatText.Fixed(magnitude, precision) + (alternate && precision == 0 ? "." : ""),
            _ => FloatText.General(magnitude, precision, alternate),
        };
        return (double.IsNegative(number) && !double.IsNaN(number) ? "-" : plus, char.IsAsciiLetterUpper(type) ? body.ToUpperInvariant() : body);
    }

    private static string Character(object? value)
    {
        if (PythonText.AsText(value) is string text)
            return PythonText.Length(text) == 1 ? text : throw Fail.Type("%c requires int or char");
        return Numbers.TryInteger(value, out BigInteger point) ? FormatSpec.Character(point) : throw Fail.Type("%c requires int or char");
    }

    private void Write(string lead, string body, int width, bool left, bool zero)
    {
        int padding = width - lead.Length - PythonText.Length(body);
        if (!left && !zero)
            _text.Append(' ', padding);
        _text.Append(lead);
        if (!left && zero)
            _text.Append('0', padding);
        _text.Append(body);
        if (left)
            _text.Append(' ', padding);
    }

    private char Peek() => _at < _format.Length ? _format[_at] : '\0';

    private object? Key()
    {
        int depth = 1;
        int start = ++_at;
        for (; _at < _format.Length && depth > 0; _at++)
            depth += _format[_at] switch { '(' => 1, ')' => -1, _ => 0 };
        if (depth > 0)
            throw Fail.Value("incomplete format key");
        string key = _format[start..(_at - 1)];
        if (_values is not PyDict dict)
            throw Fail.Type("format requires a mapping");
        return dict.TryGet(key, out object? value) ? value : throw Fail.Lookup(Display.QuoteText(key));
    }

    private int Size()
    {
        if (Peek() == '*')
        {
            _at++;
            object? value = Next();
            return Numbers.IsInteger(value) ? Numbers.ToInt(value) : throw Fail.Type("* wants int");
        }

        long size = 0;
        for (; char.IsAsciiDigit(Peek()); _at++)
        {
            size = (size * 10) + (Peek() - '0');
            if (size > int.MaxValue)
                throw Fail.Value("width too big");
        }

        return (int)size;
    }

    private object? Next()
    {
        if (_values is PyTuple tuple)
            return _next < tuple.Count ? tuple.Items[_next++] : throw Fail.Type("not enough arguments for format string");
        return _next++ == 0 ? _values : throw Fail.Type("not enough arguments for format string");
    }

    private static bool IsMapping(object? value) => value is PyDict or PyList or Undefined or PyRange or PyBytes;
}
