using System.Globalization;
using Tidar.Kernels.Memory;
using Tidar.Models.Files;
using Tidar.Models.Weights.Elements;

namespace Tidar.Models.Weights.Gguf;

/// <summary>
/// A memory-mapped GGUF container, version 2 or 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): metadata and tensors under the
/// file's own names. What model it holds is for <see cref="Checkpoint"/> to say.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private const int MostDimensions = 4;
    private const int DefaultAlignment = 32;

    // The least that a key-value pair and a tensor entry take: their counts are held against the file's size.
    private const int LeastPairBytes = 13;
    private const int LeastTensorBytes = 24;

    private readonly MappedFile _file;

    private GgufFile(MappedFile file)
    {
        _file = file;
        GgufCursor cursor = new(file, 0);
        if (file.Length < Magic.Length || !cursor.Bytes(Magic.Length, "magic").SequenceEqual(Magic))
            throw new InvalidInputException(
                file.Path, null, "a GGUF file (GGUF as its first four bytes)", file.Length == 0 ? "an empty file" : "something else");
        Version = checked((int)ReadVersion(cursor));
        long tensorCount = cursor.Count("tensor count", LeastTensorBytes);
        long pairCount = cursor.Count("metadata count", LeastPairBytes);
        Metadata = GgufMetadata.Read(file, cursor, pairCount);
        Alignment = Metadata.Integer("general.alignment", 1, int.MaxValue) ?? DefaultAlignment;
        if (!int.IsPow2(Alignment))
            throw new InvalidInputException(file.Path, "general.alignment", "a power of two", $"{Alignment}");
        Stored = ReadTensors(cursor, tensorCount);
    }

    private static ReadOnlySpan<byte> Magic => "GGUF"u8;

    /// <summary>The container's version, 2 or 3.</summary>
    public int Version { get; }

    /// <summary>Tensor data begins at multiples of this many bytes (<c>general.alignment</c>).</summary>
    public int Alignment { get; }

    /// <summary>The file's path as given.</summary>
    public string Path => _file.Path;

    /// <summary>The metadata.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>
    /// Every tensor under its GGUF name and as it is stored, in the file's order; shapes are outermost first, the reverse of ggml's <c>ne</c>.
    /// </summary>
    public IReadOnlyList<WeightTensor> Tensors => Stored;

    /// <summary><see cref="Tensors"/>, as what they are.</summary>
    internal IReadOnlyList<MappedTensor> Stored { get; }

    /// <summary>Whether a file begins as GGUF files do, or calls itself one.</summary>
    public static bool IsGguf(string path)
    {
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return true;
        using MappedFile file = InputFile.Map(path);
        return file.Length >= Magic.Length && file.Slice(0, Magic.Length).SequenceEqual(Magic);
    }

    /// <summary>Maps and checks a file; no tensor data is read.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or breaks the format.</exception>
    public static GgufFile Open(string path)
    {
        MappedFile file = InputFile.Map(path);
        try
        {
            return new GgufFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static uint ReadVersion(GgufCursor cursor)
    {
        uint version = cursor.UInt32("version");
        return version is 2 or 3 ? version : throw new InvalidInputException(cursor.Source, "version", "2 or 3 (little-endian)", $"{version}");
    }

    private List<MappedTensor> ReadTensors(GgufCursor cursor, long count)
    {
        List<(string Name, ElementType Type, long[] Shape, ulong Offset)> entries = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            string name = cursor.Text(string.Create(CultureInfo.InvariantCulture, $"name of tensor {i}"));
            if (!names.Add(name))
                throw new InvalidInputException(Path, name, "a tensor name that occurs once", "it twice");
            long[] shape = ReadShape(cursor, name);
            uint number = cursor.UInt32(name);
            ElementType type = GgufTypes.Find(number) ?? throw new InvalidInputException(Path, name, "a tensor type of the format", $"type {number}");
            entries.Add((name, type, shape, cursor.UInt64(name)));
        }

        Int128 data = ((Int128)cursor.Position + Alignment - 1) / Alignment * Alignment;
        if (data > _file.Length && count > 0)
            throw new InvalidInputException(Path, "tensor data", $"data from byte {data} on (alignment {Alignment})", $"a file of {_file.Length} bytes");
        return [.. entries.Select(e => new MappedTensor(e.Name, _file, e.Type, Place(e.Name, e.Type, e.Shape, (long)data, e.Offset), e.Shape))];
    }

    private long[] ReadShape(GgufCursor cursor, string name)
    {
        uint dimensions = cursor.UInt32(name);
        if (dimensions > MostDimensions)
            throw new InvalidInputException(Path, name, $"at most {MostDimensions} dimensions", $"{dimensions}");
        long[] shape = new long[dimensions];
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            ulong dimension = cursor.UInt64(name);
            shape[i] = dimension <= long.MaxValue ? (long)dimension : throw new InvalidInputException(Path, name, "dimensions below 2^63", $"{dimension}");
        }

        return shape;
    }

    private long Place(string name, ElementType type, long[] shape, long data, ulong offset)
    {
        string shown = $"{type.Name} [{string.Join(", ", shape)}]";
        Int128 elements = 1;
        foreach (long dimension in shape)
        {
            elements *= dimension;
            if (elements > long.MaxValue)
                throw new InvalidInputException(Path, name, "fewer than 2^63 elements", shown);
        }

        if ((shape.Length == 0 ? 1 : shape[^1]) % type.BlockElements != 0)
            throw new InvalidInputException(Path, name, $"rows of a multiple of {type.BlockElements} elements", shown);
        if (offset % (ulong)Alignment != 0)
            throw new InvalidInputException(Path, name, $"an offset that is a multiple of {Alignment}", $"{offset}");
        Int128 bytes = elements / type.BlockElements * type.BlockBytes;
        return (Int128)data + offset + bytes <= _file.Length
            ? data + (long)offset
            : throw new InvalidInputException(Path, name, $"{bytes} bytes from byte {(Int128)data + offset} on for {shown}", $"a file of {_file.Length} bytes");
    }
}
