using System.Text;

namespace Tidar.Models.Tokenization.Text;

/// <summary>
/// The printable alphabet that byte-level BPE writes bytes in (GPT-2): printable Latin-1 stands for itself, the other 68 bytes for U+0100 onwards.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOf = Build();
    private static readonly short[] ByteOf = Invert();

    /// <summary>The character that stands for a byte.</summary>
    public static char ToChar(byte value) => CharOf[value];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int ToByte(char c) => c < ByteOf.Length ? ByteOf[c] : -1;

    /// <summary>The UTF-8 bytes of a text in this alphabet.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        byte[]? rented = null;
        Span<byte> bytes = count <= 512 ? stackalloc byte[512] : rented = new byte[count];
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        Span<char> chars = count <= 512 ? stackalloc char[512] : new char[count];
        for (int i = 0; i < bytes.Length; i++)
            chars[i] = CharOf[bytes[i]];
        return new string(chars[..bytes.Length]);
    }

    /// <summary>The bytes a token stands for: mapped back where every character is in the alphabet, else the token's own UTF-8 (added tokens).</summary>
    public static byte[] Decode(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            int b = ToByte(token[i]);
            if (b < 0)
                return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)b;
        }

        return bytes;
    }

    private static char[] Build()
    {
        char[] chars = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            chars[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return chars;
    }

    private static short[] Invert()
    {
        short[] bytes = new short[CharOf.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++)
            bytes[CharOf[b]] = (short)b;
        return bytes;
    }
}
