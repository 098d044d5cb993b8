using System.Text;

namespace Tidar.Models.Tokenization.Text;

/// <summary>Reading UTF-16 text by code points. All text inside the tokenizer is well-formed (see <see cref="WellFormed"/>).</summary>
internal static class CodePoints
{
    /// <summary>One past the largest code point.</summary>
    public const int Limit = 0x110000;

    /// <summary>The code point that starts at <paramref name="index"/>, and its length in UTF-16 units.</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }

        length = 1;
        return c;
    }

    /// <summary>The code point that ends before <paramref name="index"/>, and its length in UTF-16 units.</summary>
    public static int Before(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index - 1];
        if (char.IsLowSurrogate(c) && index >= 2 && char.IsHighSurrogate(text[index - 2]))
        {
            length = 2;
            return char.ConvertToUtf32(text[index - 2], c);
        }

        length = 1;
        return c;
    }

    /// <summary>Appends a code point as UTF-16.</summary>
    public static void Append(StringBuilder builder, int codePoint)
    {
        if (codePoint < 0x10000)
            builder.Append((char)codePoint);
        else
            builder.Append((char)(0xD7C0 + (codePoint >> 10))).Append((char)(0xDC00 | (codePoint & 0x3FF)));
    }

    /// <summary>The same text with every lone surrogate replaced by U+FFFD, since it has no UTF-8 form and so no tokens.</summary>
    public static string WellFormed(string text)
    {
        int at = IndexOfLoneSurrogate(text, 0);
        if (at < 0)
            return text;
        char[] repaired = text.ToCharArray();
        for (; at >= 0; at = IndexOfLoneSurrogate(text, at + 1))
            repaired[at] = '\uFFFD';
        return new string(repaired);
    }

    private static int IndexOfLoneSurrogate(string text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            int next = text.AsSpan(i).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
                return -1;
            i += next;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return i;
            i++;
        }

        return -1;
    }
}
