using System.Globalization;
using System.Numerics;
using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's format specification mini-language: <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
internal sealed record FormatSpec
{
    public string Fill { get; private init; } = " ";

    public char Align { get; private init; }

    public char Sign { get; private init; } = '-';

    public bool DropNegativeZero { get; private init; }

    public bool Alternate { get; private init; }

    public bool ZeroPadded { get; private init; }

    public int Width { get; private init; }

    public char Grouping { get; private init; }

    public int Precision { get; private init; } = -1;

    public char Type { get; private init; }

    /// <summary>Python's <c>format(value, spec)</c>.</summary>
    public static string Apply(Budget budget, object? value, string spec)
    {
        if (spec.Length == 0)
            return Display.Str(budget, value);
        FormatSpec parsed;
        switch (value)
        {
            case string or Markup:
                return Parse(spec, "str").FormatText(budget, PythonText.AsText(value)!);
            case bool truth:
                parsed = Parse(spec, "int");
                return parsed.FormatInteger(budget, truth ? BigInteger.One : BigInteger.Zero);
            case long or BigInteger:
                Numbers.TryInteger(value, out BigInteger integer);
                return Parse(spec, "int").FormatInteger(budget, integer);
            case double number:
                return Parse(spec, "float").FormatReal(budget, number);
            default:
                throw Fail.Type($"unsupported format string passed to {Display.TypeName(value)}.__format__");
        }
    }

    private static FormatSpec Parse(string spec, string typeName)
    {
        int at = 0;
        string fill = " ";
        char align = '\0';
        bool explicitFill = false;
        int units = PythonText.UnitsAt(spec, 0);
        if (spec.Length > units && IsAlign(spec[units]))
        {
            fill = spec[..units];
            align = spec[units];
            at = units + 1;
            explicitFill = true;
        }
        else if (IsAlign(spec[0]))
        {
            align = spec[0];
            at = 1;
        }

        char sign = at < spec.Length && spec[at] is '+' or '-' or ' ' ? spec[at++] : '-';
        bool dropNegativeZero = at < spec.Length && spec[at] == 'z' && at++ >= 0;
        bool alternate = at < spec.Length && spec[at] == '#' && at++ >= 0;
        bool zero = !explicitFill && at < spec.Length && spec[at] == '0' && at++ >= 0;
        int width = Number(spec, ref at) ?? 0;
        char grouping = at < spec.Length && spec[at] is ',' or '_' ? spec[at++] : '\0';
        int precision = -1;
        if (at < spec.Length && spec[at] == '.')
        {
            at++;
            precision = Number(spec, ref at) ?? throw Fail.Value("Format specifier missing precision");
        }

        if (spec.Length - at > 1)
            throw Fail.Value($"Invalid format specifier {Display.QuoteText(spec)} for object of type '{typeName}'");
        return new FormatSpec
        {
            Fill = zero && align == '\0' ? "0" : fill,
            Align = zero && align == '\0' ? (typeName == "str" ? '<' : '=') : align,
            Sign = sign,
            DropNegativeZero = dropNegativeZero,
            Alternate = alternate,
            ZeroPadded = zero,
            Width = width,
            Grouping = grouping,
            Precision = precision,
            Type = at < spec.Length ? spec[at] : '\0',
        };
    }

    private string FormatText(Budget budget, string text)
    {
        if (Type is not ('\0' or 's'))
            throw Unknown("str");
        if (Align == '=')
            throw Fail.Value("'=' alignment not allowed in string format specifier");
        if (Sign != '-' || Alternate || Grouping != '\0')
            throw Fail.Value("Sign, alternate form or grouping not allowed in string format specifier");
        if (Precision >= 0)
            text = text[..PythonText.Offset(text, Precision)];
        return Pad(budget, "", text, '<');
    }

    private string FormatInteger(Budget budget, BigInteger value)
    {
        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
            return FormatReal(budget, Numbers.ToDouble(Numbers.Box(value)));
        if (Precision >= 0)
            throw Fail.Value("Precision not allowed in integer format specifier");
        if (Type == 'c')
            return Pad(budget, "", Character(value), '<');
        (int numberBase, string prefix) = Type switch
        {
            'b' => (2, "0b"),
            'o' => (8, "0o"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            '\0' or 'd' or 'n' => (10, ""),
            _ => throw Unknown("int"),
        };
        if (Grouping == ',' && numberBase != 10)
            throw Fail.Value($"Cannot specify ',' with '{Type}'.");
        string digits = Digits(BigInteger.Abs(value), numberBase);
        if (Type == 'X')
            digits = digits.ToUpperInvariant();
        string lead = SignOf(value.Sign < 0) + (Alternate ? prefix : "");
        return Pad(budget, lead, Group(budget, digits, "", lead.Length, numberBase == 10 ? 3 : 4), '>');
    }

    private string FormatReal(Budget budget, double value)
    {
        budget.Text(Math.Max(Precision, 0));
        double magnitude = Math.Abs(value);
        string lead = SignOf(value < 0 || (value == 0 && double.IsNegative(value)));
        if (!double.IsFinite(value))
        {
            string special = FloatText.Special(magnitude) + (Type == '%' ? "%" : "");
            return Pad(budget, lead, Type is 'E' or 'F' or 'G' ? special.ToUpperInvariant() : special, '>');
        }

        string text = Type switch
        {
            '\0' when Precision < 0 => FloatText.ShortestGeneral(magnitude),
            '\0' => FloatText.General(magnitude, Precision, Alternate, keepFraction: true),
            'e' or 'E' => FloatText.Exponent(magnitude, Precision < 0 ? 6 : Precision, Alternate),
            'f' or 'F' => FloatText.Fixed(magnitude, Precision < 0 ? 6 : Precision) + (Alternate && Precision == 0 ? "." : ""),
            'g' or 'G' or 'n' => FloatText.General(magnitude, Precision < 0 ? 6 : Precision, Alternate),
            '%' => FloatText.Fixed(magnitude * 100, Precision < 0 ? 6 : Precision),
            _ => throw Unknown("float"),
        };
        if (DropNegativeZero && !text.Split('e')[0].AsSpan().ContainsAnyInRange('1', '9'))
            lead = SignOf(negative: false);
        if (Type is 'E' or 'G')
            text = text.ToUpperInvariant();
        int whole = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        string tail = (whole < 0 ? "" : text[whole..]) + (Type == '%' ? "%" : "");
        return Pad(budget, lead, Group(budget, whole < 0 ? text : text[..whole], tail, lead.Length, 3), '>');
    }

    // Inserts separators; zero padding is grouped along with the digits.
    private string Group(Budget budget, string digits, string tail, int leadLength, int size)
    {
        if (Grouping == '\0')
            return digits + tail;
        int room = Fill == "0" && Align == '=' ? Width - leadLength - tail.Length : 0;
        budget.Text(Math.Max(room, 0));
        StringBuilder grouped = new();
        int written = 0;
        while (written < digits.Length || grouped.Length < room)
        {
            if (written > 0 && written % size == 0)
                grouped.Append(Grouping);
            grouped.Append(written < digits.Length ? digits[^(written + 1)] : '0');
            written++;
        }

        // Separators count from the right, so it was built from there.
        char[] text = grouped.ToString().ToCharArray();
        Array.Reverse(text);
        return new string(text) + tail;
    }

    private string Pad(Budget budget, string lead, string body, char defaultAlign)
    {
        int missing = Width - PythonText.Length(lead) - PythonText.Length(body);
        if (missing <= 0)
            return lead + body;
        budget.Text((long)Width * Fill.Length);
        string Run(int count) => string.Concat(Enumerable.Repeat(Fill, count));
        return (Align == '\0' ? defaultAlign : Align) switch
        {
            '<' => lead + body + Run(missing),
            '^' => Run(missing / 2) + lead + body + Run(missing - (missing / 2)),
            '=' => lead + Run(missing) + body,
            _ => Run(missing) + lead + body,
        };
    }

    private string SignOf(bool negative) => negative ? "-" : Sign == '-' ? "" : Sign.ToString();

    private TemplateException Unknown(string typeName) =>
        Fail.Value($"Unknown format code '{Type}' for object of type '{typeName}'");

    /// <summary>The digits of a magnitude in base 2, 8, 10 or 16, lower case.</summary>
    public static string Digits(BigInteger magnitude, int numberBase)
    {
        if (numberBase == 10)
            return magnitude.ToString(CultureInfo.InvariantCulture);
        int bits = numberBase switch { 2 => 1, 8 => 3, _ => 4 };
        StringBuilder digits = new();
        do
        {
            digits.Insert(0, "0123456789abcdef"[(int)(magnitude & (numberBase - 1))]);
            magnitude >>= bits;
        }
        while (!magnitude.IsZero);
        return digits.ToString();
    }

    /// <summary>The character of a code point.</summary>
    public static string Character(BigInteger point)
    {
        if (point.Sign < 0 || point > 0x10FFFF)
            throw Fail.Arithmetic("%c arg not in range(0x110000)");
        StringBuilder text = new();
        PythonText.Append(text, (int)point);
        return text.ToString();
    }

    private static bool IsAlign(char c) => c is '<' or '>' or '^' or '=';

    private static int? Number(string spec, ref int at)
    {
        int start = at;
        long number = 0;
        while (at < spec.Length && char.IsAsciiDigit(spec[at]))
        {
            number = (number * 10) + (spec[at++] - '0');
            if (number > int.MaxValue)
                throw Fail.Value("Too many decimal digits in format string");
        }

        return at == start ? null : (int)number;
    }
}
