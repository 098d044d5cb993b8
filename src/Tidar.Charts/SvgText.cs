using System.Text;

namespace Tidar.Charts;

/// <summary>Text as it may stand in SVG and HTML, whatever it holds.</summary>
public static class SvgText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// Escapes markup. What no document may hold or what could change how other text looks (control characters but tab and line end, lone surrogates, marks
    /// that turn the direction of writing) becomes U+FFFD.
    /// </summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&':
                    escaped.Append("&amp;");
                    break;
                case '<':
                    escaped.Append("&lt;");
                    break;
                case '>':
                    escaped.Append("&gt;");
                    break;
                case '"':
                    escaped.Append("&quot;");
                    break;
                case '\'':
                    escaped.Append("&#39;");
                    break;
                default:
                    escaped.Append(MayStand(rune) ? rune.ToString() : Replacement);
                    break;
            }
        }

        return escaped.ToString();
    }

    private static bool MayStand(Rune rune) =>
        rune.Value is '\n' or '\t' || !(Rune.IsControl(rune) || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x2028 or 0x2029 or 0xFFFE or 0xFFFF);
}
