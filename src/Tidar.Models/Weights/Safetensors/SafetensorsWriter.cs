using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tidar.Kernels.Matrices;
using Tidar.Models.Files;

namespace Tidar.Models.Weights.Safetensors;

/// <summary>
/// Writes safetensors files: tensors are streamed row by row, sorted by name, so equal tensors give equal bytes; the header is padded so that the data
/// begins at a multiple of 8; the file appears under its name only when it is whole.
/// </summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int ChunkElements = 1 << 16;

    /// <summary>What files written by PyTorch's users say about themselves; transformers asks for it.</summary>
    private static readonly Dictionary<string, string> DefaultMetadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Writes every tensor as <paramref name="type"/>.</summary>
    /// <exception cref="InvalidInputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<WeightTensor> tensors, StoredType type, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors, _ => type, metadata);

    /// <summary>Writes every tensor in a type of its own.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors; names must differ.</param>
    /// <param name="typeOf">The stored type of each.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; <c>format: pt</c> where null.</param>
    /// <exception cref="InvalidInputException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<WeightTensor> tensors, Func<WeightTensor, StoredType> typeOf, IReadOnlyDictionary<string, string>? metadata = null)
    {
        (WeightTensor Tensor, StoredType Type)[] sorted = Sorted(tensors, typeOf);
        byte[] header = Header(sorted, metadata ?? DefaultMetadata);
        AtomicFile.Write(path, stream => Write(stream, header, sorted));
    }

    /// <summary>Writes every tensor as <paramref name="type"/> to a stream: the bytes of the file.</summary>
    public static void Write(Stream stream, IEnumerable<WeightTensor> tensors, StoredType type)
    {
        (WeightTensor Tensor, StoredType Type)[] sorted = Sorted(tensors, _ => type);
        Write(stream, Header(sorted, DefaultMetadata), sorted);
    }

    private static (WeightTensor Tensor, StoredType Type)[] Sorted(IEnumerable<WeightTensor> tensors, Func<WeightTensor, StoredType> typeOf) =>
        [.. tensors.OrderBy(static t => t.Name, StringComparer.Ordinal).Select(t => (t, typeOf(t)))];

    private static void Write(Stream stream, byte[] header, (WeightTensor Tensor, StoredType Type)[] tensors)
    {
        stream.Write(header);
        foreach ((WeightTensor tensor, StoredType type) in tensors)
            WriteData(stream, tensor, type);
    }

    private static byte[] Header((WeightTensor Tensor, StoredType Type)[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write(stackalloc byte[sizeof(ulong)]);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata.OrderBy(static m => m.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach ((WeightTensor tensor, StoredType type) in tensors)
                WriteEntry(json, tensor, type, ref offset);
            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (Alignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        return header;
    }

    private static void WriteEntry(Utf8JsonWriter json, WeightTensor tensor, StoredType type, ref long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", $"{type}");
        json.WriteStartArray("shape");
        foreach (long dimension in tensor.Shape)
            json.WriteNumberValue(dimension);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        offset = checked(offset + (tensor.ElementCount * Size(type)));
        json.WriteNumberValue(offset);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteData(Stream stream, WeightTensor tensor, StoredType type)
    {
        if (tensor.ElementCount == 0)
            return;
        int rowsAtOnce = Math.Max(1, ChunkElements / tensor.Columns);
        float[] values = new float[checked((int)Math.Min(rowsAtOnce, tensor.Rows) * tensor.Columns)];
        ushort[] halves = type == StoredType.F32 ? [] : new ushort[values.Length];
        for (long row = 0; row < tensor.Rows; row += rowsAtOnce)
        {
            int rows = (int)Math.Min(rowsAtOnce, tensor.Rows - row);
            Span<float> part = values.AsSpan(0, rows * tensor.Columns);
            tensor.ReadRows(row, rows, part);
            if (type == StoredType.F32)
            {
                stream.Write(MemoryMarshal.AsBytes(part));
                continue;
            }

            for (int i = 0; i < part.Length; i++)
                halves[i] = type == StoredType.BF16 ? BFloat16.FromSingle(part[i]) : BitConverter.HalfToUInt16Bits((Half)part[i]);
            stream.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, part.Length)));
        }
    }

    private static int Size(StoredType type) => type == StoredType.F32 ? sizeof(float) : sizeof(ushort);
}
