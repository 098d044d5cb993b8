using System.Globalization;
using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Floats as CPython writes them: the shortest text that reads back equal, or exactly rounded to a number of digits (ties to even).</summary>
internal static class FloatText
{
    // Beyond this many digits every double has only zeros left.
    private const int LastDigit = 1100;

    /// <summary>Python's <c>repr</c>: <c>2.0</c>, <c>1e-05</c>, <c>1e+16</c>, <c>inf</c>.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
            return Special(value);
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        (string digits, int exponent) = Shortest(Math.Abs(value));
        string body = exponent is < -4 or >= 16 ? Scientific(digits, exponent, 'e') : WithPoint(digits, exponent);
        return value < 0 ? "-" + body : body;
    }

    /// <summary><c>inf</c>, <c>-inf</c> or <c>nan</c>.</summary>
    public static string Special(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

    /// <summary>A magnitude with a fixed number of digits after the point.</summary>
    public static string Fixed(double magnitude, int precision)
    {
        int exact = Math.Min(precision, LastDigit);
        string digits = Rounded(magnitude, exact).ToString(CultureInfo.InvariantCulture).PadLeft(exact + 1, '0');
        string whole = digits[..^exact];
        return precision == 0 ? whole : $"{whole}.{digits[^exact..].PadRight(precision, '0')}";
    }

    /// <summary>A magnitude in scientific notation with a fixed number of digits after the point; also used with the exponent's letter in upper case.</summary>
    public static string Exponent(double magnitude, int precision, bool keepPoint = false)
    {
        (string digits, int exponent) = Significant(magnitude, precision + 1);
        return Scientific(digits, exponent, 'e', keepPoint);
    }

    /// <summary>
    /// Python's <c>g</c> format: fixed or scientific, whichever is shorter, without trailing zeros unless they are asked for.
    /// With <paramref name="keepFraction"/>, as without a type, fixed notation has at least one digit after the point.
    /// </summary>
    public static string General(double magnitude, int precision, bool keepZeros, bool keepFraction = false)
    {
        int significant = Math.Max(precision, 1);
        (string digits, int exponent) = Significant(magnitude, significant);
        bool scientific = exponent < -4 || exponent >= significant - (keepFraction ? 1 : 0);
        if (!keepZeros)
            digits = digits.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
        if (scientific)
            return Scientific(digits, exponent, 'e', keepZeros);
        string text = exponent >= 0
            ? digits.PadRight(exponent + 1, '0').Insert(exponent + 1, ".")
            : "0." + new string('0', -exponent - 1) + digits;
        if (keepFraction && text.EndsWith('.'))
            return text + "0";
        return keepZeros ? text : text.TrimEnd('.');
    }

    /// <summary>The shortest general format: <c>repr</c>'s digits, laid out as <c>g</c> with room for all of them.</summary>
    public static string ShortestGeneral(double magnitude)
    {
        if (magnitude == 0)
            return "0.0";
        (string digits, int exponent) = Shortest(magnitude);
        return exponent is < -4 or >= 16 ? Scientific(digits, exponent, 'e') : WithPoint(digits, exponent);
    }

    /// <summary>Python's <c>round(value, digits)</c>.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 323)
            return value;
        if (digits < -308)
            return 0.0 * value;
        double magnitude = Math.Abs(value);
        string text = digits >= 0
            ? Fixed(magnitude, digits)
            : (RoundedToPower(magnitude, -digits) * BigInteger.Pow(10, -digits)).ToString(CultureInfo.InvariantCulture);
        double rounded = double.Parse(text, CultureInfo.InvariantCulture);
        if (double.IsInfinity(rounded))
            throw Fail.Arithmetic("rounded value too large to represent");
        return double.IsNegative(value) ? -rounded : rounded;
    }

    private static (string Digits, int Exponent) Shortest(double magnitude)
    {
        // "E16" would not be the shortest; "R" is, but chooses its own layout.
        string text = magnitude.ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int whole = point < 0 ? mantissa.Length : point;
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits.TrimStart('0').TrimEnd('0');
        return (digits, exponent + whole - 1 - zeros);
    }

    private static string WithPoint(string digits, int exponent)
    {
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        string padded = digits.PadRight(exponent + 2, '0');
        return padded.Insert(exponent + 1, ".");
    }

    private static string Scientific(string digits, int exponent, char letter, bool keepPoint = false)
    {
        string point = digits.Length > 1 || keepPoint ? "." : "";
        return $"{digits[0]}{point}{digits.AsSpan(1)}{letter}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    // value * 10^places as an integer, ties to even.
    private static BigInteger Rounded(double magnitude, int places)
    {
        (BigInteger mantissa, int shift) = Decompose(magnitude);
        BigInteger scaled = mantissa * BigInteger.Pow(10, places);
        return shift >= 0 ? scaled << shift : DivideTiesToEven(scaled, BigInteger.One << -shift);
    }

    private static BigInteger RoundedToPower(double magnitude, int power)
    {
        (BigInteger mantissa, int shift) = Decompose(magnitude);
        BigInteger ten = BigInteger.Pow(10, power);
        return shift >= 0 ? DivideTiesToEven(mantissa << shift, ten) : DivideTiesToEven(mantissa, ten << -shift);
    }

    private static (string Digits, int Exponent) Significant(double magnitude, int count)
    {
        int exact = Math.Min(count, LastDigit);
        if (magnitude == 0)
            return (new string('0', count), 0);
        int exponent = (int)Math.Floor(Math.Log10(magnitude));
        while (true)
        {
            int places = exact - 1 - exponent;
            BigInteger scaled = places >= 0 ? Rounded(magnitude, places) : RoundedToPower(magnitude, -places);
            string digits = scaled.ToString(CultureInfo.InvariantCulture);
            if (digits.Length == exact)
                return (digits.PadRight(count, '0'), exponent);
            // The logarithm was off by one, or rounding carried into a new digit.
            exponent += digits.Length > exact ? 1 : -1;
        }
    }

    private static (BigInteger Mantissa, int Shift) Decompose(double magnitude)
    {
        long bits = BitConverter.DoubleToInt64Bits(magnitude);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        return exponent == 0 ? (fraction, -1074) : (fraction | (1L << 52), exponent - 1075);
    }

    private static BigInteger DivideTiesToEven(BigInteger dividend, BigInteger divisor)
    {
        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger remainder);
        int half = (remainder * 2).CompareTo(divisor);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
