using System.Globalization;
using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Text as Python sees it: a sequence of code points. .NET strings are UTF-16, so positions are converted wherever a text holds surrogates;
/// the common text that holds none takes the direct path.
/// </summary>
internal static class PythonText
{
    /// <summary>The text of a string or of markup; null for anything else.</summary>
    public static string? AsText(object? value) => value as string ?? (value as Markup)?.Text;

    /// <summary>A text argument, or an error that names what was found.</summary>
    public static string Require(object? value) =>
        AsText(value) ?? throw (value is Undefined undefined
            ? Fail.Type("expected str instance, Undefined found")
            : Fail.Type($"expected str instance, {Display.TypeName(value)} found"));

    public static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    /// <summary>Number of code points.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        int length = text.Length;
        int at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (at < 0)
            return length;
        for (int i = at; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                length--;
                i++;
            }
        }

        return length;
    }

    /// <summary>UTF-16 offset of a code point; the text's length for any position beyond it.</summary>
    public static int Offset(string text, int position)
    {
        if (!HasSurrogates(text))
            return Math.Min(position, text.Length);
        int at = 0;
        for (; position > 0 && at < text.Length; position--)
            at += UnitsAt(text, at);
        return at;
    }

    /// <summary>The code points as strings of their own.</summary>
    public static IEnumerable<object?> Characters(Budget budget, string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int units = UnitsAt(text, at);
            budget.Step();
            yield return units == 1 ? Character(text[at]) : text.Substring(at, units);
            at += units;
        }
    }

    /// <summary>The code point at a position counted from the start.</summary>
    public static string At(string text, int position)
    {
        int at = Offset(text, position);
        int units = UnitsAt(text, at);
        return units == 1 ? Character(text[at]) : text.Substring(at, units);
    }

    /// <summary>Order by code points: negative, zero or positive.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length - right.Length;
        char a = left[common];
        char b = right[common];
        // A surrogate stands for a code point above every other char, though its unit sorts below U+E000.
        bool above = char.IsSurrogate(a);
        return above != char.IsSurrogate(b) ? (above ? 1 : -1) : a - b;
    }

    /// <summary>Python's <c>str.isspace</c> for one character; also what <c>\s</c> matches.</summary>
    public static bool IsSpace(char c) => c switch
    {
        ' ' or (>= '\t' and <= '\r') or (>= '\x1C' and <= '\x1F') => true,
        < '\x80' => false,
        '\x85' or '\xA0' or '\u1680' or (>= '\u2000' and <= '\u200A') => true,
        '\u2028' or '\u2029' or '\u202F' or '\u205F' or '\u3000' => true,
        _ => false,
    };

    /// <summary>Python's <c>str.isprintable</c> for one code point.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or
        UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>The text without white space at both ends.</summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => TrimEnd(TrimStart(text));

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;
        return text[start..];
    }

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    /// <summary>Length in chars of the code point at an offset.</summary>
    public static int UnitsAt(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    /// <summary>The code points as numbers; a lone surrogate is its own value.</summary>
    public static int[] CodePoints(string text)
    {
        int[] points = new int[Length(text)];
        for (int at = 0, i = 0; i < points.Length; i++)
        {
            int units = UnitsAt(text, at);
            points[i] = units == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
            at += units;
        }

        return points;
    }

    /// <summary>Text of code points; the inverse of <see cref="CodePoints"/>.</summary>
    public static void Append(StringBuilder text, int point)
    {
        if (point > 0xFFFF)
            text.Append(char.ConvertFromUtf32(point));
        else
            text.Append((char)point);
    }

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(i => ((char)i).ToString())];

    private static string Character(char c) => c < 128 ? Ascii[c] : c.ToString();
}
