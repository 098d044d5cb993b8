using System.Globalization;
using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's escape sequences in a string literal.</summary>
internal static class StringLiteral
{
    /// <summary>The text that a literal's inside stands for. An unknown escape stands for itself, backslash included.</summary>
    public static string Unescape(string literal, int line)
    {
        if (!literal.Contains('\\', StringComparison.Ordinal))
            return literal;
        StringBuilder text = new(literal.Length);
        for (int at = 0; at < literal.Length; at++)
        {
            if (literal[at] == '\\')
                at = Escape(literal, at + 1, text, line);
            else
                text.Append(literal[at]);
        }

        return text.ToString();
    }

    // Appends what the escape after a backslash stands for; returns the position of its last character.
    private static int Escape(string literal, int at, StringBuilder text, int line)
    {
        char c = at < literal.Length ? literal[at] : throw Fail.Syntax("\\ at end of string", line);
        switch (c)
        {
            case '\n':
                return at;
            case '\\' or '\'' or '"':
                text.Append(c);
                return at;
            case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v':
                text.Append("\a\b\f\n\r\t\v"["abfnrtv".IndexOf(c, StringComparison.Ordinal)]);
                return at;
            case 'x':
                return Hexadecimal(literal, at, 2, text, line);
            case 'u':
                return Hexadecimal(literal, at, 4, text, line);
            case 'U':
                return Hexadecimal(literal, at, 8, text, line);
            case 'N':
                throw Fail.Syntax("\\N escapes are not supported", line);
            case >= '0' and <= '7':
                int end = at;
                int value = 0;
                while (end < literal.Length && end < at + 3 && literal[end] is >= '0' and <= '7')
                    value = (value * 8) + (literal[end++] - '0');
                text.Append((char)value);
                return end - 1;
            default:
                text.Append('\\').Append(c);
                return at;
        }
    }

    private static int Hexadecimal(string literal, int at, int digits, StringBuilder text, int line)
    {
        if (at + digits >= literal.Length
            || !uint.TryParse(literal.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint point))
        {
            throw Fail.Syntax($"truncated \\{literal[at]}{new string('X', digits)} escape", line);
        }

        if (point > 0x10FFFF)
            throw Fail.Syntax("illegal Unicode character", line);
        PythonText.Append(text, (int)point);
        return at + digits;
    }
}
