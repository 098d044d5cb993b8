using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Tidar.Kernels.Memory;

namespace Tidar.Models.Weights.Gguf;

/// <summary>Reads a GGUF file from front to back; every length in the file is held against what is left of it before it is used.</summary>
internal sealed class GgufCursor(MappedFile file, long position)
{
    // Far above any real key, far below what would be a burden.
    private const int LongestText = 1 << 28;

    /// <summary>Offset in the file of the next byte.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Bytes that are left.</summary>
    public long Left => file.Length - Position;

    /// <summary>The file, for messages.</summary>
    public string Source => file.Path;

    /// <summary>The next <paramref name="length"/> bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int length, string what)
    {
        if (length > Left)
            throw new InvalidInputException(Source, what, $"{length} bytes", $"{Left} to the end of the file");
        Position += length;
        return file.Slice(Position - length, length);
    }

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint), what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong), what));

    /// <summary>A count of things of which each takes at least <paramref name="leastBytes"/> bytes.</summary>
    public long Count(string what, int leastBytes)
    {
        ulong count = UInt64(what);
        return count <= (ulong)(Left / leastBytes)
            ? (long)count
            : throw new InvalidInputException(Source, what, $"at most {Left / leastBytes} (what the file has room for)", $"{count}");
    }

    /// <summary>A length-prefixed UTF-8 string.</summary>
    public string Text(string what)
    {
        ReadOnlySpan<byte> bytes = Bytes(TextLength(what), what);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new InvalidInputException(Source, what, "UTF-8 text", "bytes that are not UTF-8");
    }

    /// <summary>Steps over <paramref name="length"/> bytes.</summary>
    public void Skip(long length, string what)
    {
        if (length > Left)
            throw new InvalidInputException(Source, what, $"{length} bytes", $"{Left} to the end of the file");
        Position += length;
    }

    /// <summary>Steps over a length-prefixed string.</summary>
    public void SkipText(string what) => Skip(TextLength(what), what);

    private int TextLength(string what)
    {
        long length = Count(what, 1);
        return length <= LongestText ? (int)length : throw new InvalidInputException(Source, what, $"at most {LongestText} bytes of text", $"{length}");
    }
}
