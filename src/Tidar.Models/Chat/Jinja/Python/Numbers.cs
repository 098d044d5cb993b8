using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Integers of any size (a <see cref="long"/> where one fits, else a <see cref="BigInteger"/>), floats, and booleans as the numbers 0 and 1.</summary>
internal static class Numbers
{
    public static readonly object True = true;
    public static readonly object False = false;

    private const int SmallestCached = -16;
    private static readonly object[] Cached = [.. Enumerable.Range(SmallestCached, 1024).Select(i => (object)(long)i)];

    public static object Box(bool value) => value ? True : False;

    public static object Box(long value)
    {
        ulong at = (ulong)(value - SmallestCached);
        return at < (ulong)Cached.Length ? Cached[at] : value;
    }

    public static object Box(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Box((long)value) : value;

    /// <summary>The value as an integer that fits 64 bits; booleans count.</summary>
    public static bool TryLong(object? value, out long number)
    {
        switch (value)
        {
            case long integer:
                number = integer;
                return true;
            case bool truth:
                number = truth ? 1 : 0;
                return true;
            default:
                number = 0;
                return false;
        }
    }

    /// <summary>The value as an integer of any size; booleans count.</summary>
    public static bool TryInteger(object? value, out BigInteger number)
    {
        if (TryLong(value, out long integer))
        {
            number = integer;
            return true;
        }

        number = value is BigInteger big ? big : default;
        return value is BigInteger;
    }

    public static bool IsInteger(object? value) => value is long or BigInteger or bool;

    public static bool IsNumber(object? value) => value is long or BigInteger or bool or double;

    /// <summary>The value of a number as a float; an integer too large for one is an error.</summary>
    public static double ToDouble(object? number)
    {
        if (number is double real)
            return real;
        if (TryLong(number, out long integer))
            return integer;
        double converted = ToDouble((BigInteger)number!);
        return double.IsInfinity(converted) ? throw Fail.Arithmetic("int too large to convert to float") : converted;
    }

    /// <summary>An integer that a parameter demands, clamped to 32 bits as only its sign and magnitude class matter there.</summary>
    public static int ToInt(object? value)
    {
        if (TryLong(value, out long number))
            return (int)Math.Clamp(number, int.MinValue, int.MaxValue);
        if (value is BigInteger big)
            return big.Sign < 0 ? int.MinValue : int.MaxValue;
        throw value is Undefined undefined && !undefined.IsHidden
            ? undefined.Error()
            : Fail.Type($"'{Display.TypeName(value)}' object cannot be interpreted as an integer");
    }

    /// <summary>Python's <c>int(value)</c> of a number.</summary>
    public static object Truncate(Budget budget, double value)
    {
        if (double.IsNaN(value))
            throw Fail.Value("cannot convert float NaN to integer");
        if (double.IsInfinity(value))
            throw Fail.Arithmetic("cannot convert float infinity to integer");
        return budget.Integer(new BigInteger(value));
    }

    /// <summary>Python's <c>int(text, base)</c>: surrounding space, a sign, a prefix, single underscores and any script's digits are allowed.</summary>
    public static bool TryParseInteger(Budget budget, string text, int numberBase, [NotNullWhen(true)] out object? number)
    {
        number = null;
        budget.Scan(text.Length);
        ReadOnlySpan<char> rest = PythonText.Trim(text);
        bool negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '-' or '+')
            rest = rest[1..];
        if (numberBase is not 0 and (< 2 or > 36) || rest.Length == 0)
            return false;
        bool guessed = numberBase == 0;
        int prefix = rest.Length > 1 && rest[0] == '0' ? (rest[1] | 0x20) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        bool prefixed = prefix != 0 && (guessed || prefix == numberBase);
        if (prefixed)
            rest = rest[2] == '_' && rest.Length > 3 ? rest[3..] : rest[2..];
        numberBase = prefixed ? prefix : guessed ? 10 : numberBase;
        if (!TryDigits(budget, rest, numberBase, out BigInteger value))
            return false;
        if (guessed && !prefixed && rest.Length > 1 && rest[0] == '0' && !value.IsZero)
            return false;
        number = budget.Integer(negative ? -value : value);
        return true;
    }

    /// <summary>Python's <c>float(text)</c>.</summary>
    public static bool TryParseDouble(Budget budget, string text, out double number)
    {
        budget.Scan(text.Length);
        string trimmed = PythonText.Trim(text).ToString();
        number = 0;
        for (int i = 0; i < trimmed.Length; i++)
        {
            // An underscore may only stand between two digits.
            if (trimmed[i] == '_' && (i == 0 || i == trimmed.Length - 1 || !char.IsDigit(trimmed[i - 1]) || !char.IsDigit(trimmed[i + 1])))
                return false;
        }

        string plain = string.Concat(trimmed.Where(c => c != '_').Select(c => char.IsDigit(c) ? (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)) : c));
        switch (plain.TrimStart('+', '-').ToLowerInvariant())
        {
            case "inf" or "infinity" when plain.Length - plain.TrimStart('+', '-').Length <= 1:
                number = plain[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
                return true;
            case "nan" when plain.Length - plain.TrimStart('+', '-').Length <= 1:
                number = double.NaN;
                return true;
            default:
                const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                return plain.Any(char.IsAsciiDigit) && double.TryParse(plain, Style, CultureInfo.InvariantCulture, out number);
        }
    }

    // BigInteger truncates; Python rounds to the nearest, ties to even.
    private static double ToDouble(BigInteger value)
    {
        BigInteger size = BigInteger.Abs(value);
        long shift = size.GetBitLength() - 64;
        if (shift <= 0)
            return (double)value;
        BigInteger top = size >> (int)shift;
        // A sticky bit keeps what was shifted out visible to the final rounding.
        ulong bits = (ulong)top | ((top << (int)shift) == size ? 0UL : 1UL);
        double magnitude = Math.ScaleB(bits, (int)shift);
        return value.Sign < 0 ? -magnitude : magnitude;
    }

    private static bool TryDigits(Budget budget, ReadOnlySpan<char> text, int numberBase, out BigInteger value)
    {
        value = BigInteger.Zero;
        bool digitBefore = false;
        foreach (char c in text)
        {
            if (c == '_' && digitBefore)
            {
                digitBefore = false;
                continue;
            }

            int digit = char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= numberBase)
                return false;
            value = (value * numberBase) + digit;
            budget.IntegerBits(value.GetBitLength());
            digitBefore = true;
        }

        return digitBefore;
    }
}
