using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Tidar.Kernels.Memory;
using Tidar.Models.Files;

namespace Tidar.Models.Weights.Safetensors;

/// <summary>A memory-mapped safetensors file. Its tensors are valid until <see cref="Dispose"/>.</summary>
public sealed class SafetensorsFile : IDisposable
{
    // Both are the format's own: 8 bytes of header length, and no header above 100 MB.
    private const int PrefixBytes = 8;
    private const ulong HeaderLimit = 100_000_000;

    private readonly MappedFile _file;
    private readonly Dictionary<string, MappedTensor> _byName;

    private SafetensorsFile(MappedFile file)
    {
        _file = file;
        if (file.Length < PrefixBytes)
            throw new InvalidInputException(
                file.Path, null, "a safetensors file (8 bytes of header length first)", file.Length == 0 ? "an empty file" : $"{file.Length} bytes");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, PrefixBytes));
        ulong most = Math.Min(HeaderLimit, (ulong)(file.Length - PrefixBytes));
        if (headerLength > most)
            throw new InvalidInputException(file.Path, "header length", $"at most {most}", $"{headerLength}");
        long data = PrefixBytes + (long)headerLength;
        SafetensorsHeader header = SafetensorsHeader.Parse(file.Slice(PrefixBytes, (int)headerLength), file.Length - data, file.Path);
        Metadata = header.Metadata;
        MappedTensor[] tensors = [.. header.Entries.Select(e => new MappedTensor(e.Name, file, e.Type, data + e.Begin, e.Shape))];
        Tensors = tensors;
        _byName = tensors.ToDictionary(static t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file's path as given.</summary>
    public string Path => _file.Path;

    /// <summary>The strings of <c>__metadata__</c>; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Every tensor, in the header's order.</summary>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>Maps and checks a file; no tensor data is read.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or breaks the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        MappedFile file = InputFile.Map(path);
        try
        {
            return new SafetensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InvalidInputException">It is not.</exception>
    public WeightTensor Get(string name) => Find(name);

    /// <summary>A tensor that may be there.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out WeightTensor? tensor)
    {
        tensor = _byName.GetValueOrDefault(name);
        return tensor is not null;
    }

    /// <summary>The values of an I64 or I32 tensor (token ids and the like), row-major.</summary>
    /// <exception cref="InvalidInputException">It is missing or of another type.</exception>
    public long[] ReadIntegers(string name)
    {
        MappedTensor tensor = Find(name);
        int count = checked((int)tensor.ElementCount);
        ReadOnlySpan<byte> bytes = tensor.Bytes(0, count);
        switch (tensor.DataType)
        {
            case "I64":
                return MemoryMarshal.Cast<byte, long>(bytes).ToArray();
            case "I32":
                return Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), static v => (long)v);
            default:
                throw new InvalidInputException(Path, name, "I64 or I32", tensor.DataType);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private MappedTensor Find(string name) => _byName.GetValueOrDefault(name) ?? throw new InvalidInputException(Path, name, "a tensor", "none of that name");
}
