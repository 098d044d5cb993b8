using System.Runtime.InteropServices;
using System.Text;
using Tidar.Models.Weights;

namespace Tidar.Benchmarks.Peers;

/// <summary>Writes a GGUF file, version 3: metadata first, then tensors, read and converted a few rows at a time.</summary>
internal sealed class GgufWriter : IDisposable
{
    private const int Alignment = 32;
    private const int RowsAtOnce = 256;
    private const uint Float32Type = 0;

    private readonly MemoryStream _metadata = new();
    private readonly BinaryWriter _writer;
    private readonly List<(string Name, WeightTensor Tensor)> _tensors = [];
    private ulong _pairs;

    public GgufWriter() => _writer = new BinaryWriter(_metadata);

    private enum Kind : uint
    {
        UInt32 = 4,
        Int32 = 5,
        Float32 = 6,
        Boolean = 7,
        Text = 8,
        Array = 9,
    }

    public void Add(string key, int value)
    {
        Key(key, Kind.UInt32);
        _writer.Write((uint)value);
    }

    public void Add(string key, float value)
    {
        Key(key, Kind.Float32);
        _writer.Write(value);
    }

    public void Add(string key, bool value)
    {
        Key(key, Kind.Boolean);
        _writer.Write(value);
    }

    public void Add(string key, string value)
    {
        Key(key, Kind.Text);
        Text(_writer, value);
    }

    public void Add(string key, string[] values)
    {
        Array(key, Kind.Text, values.Length);
        foreach (string value in values)
            Text(_writer, value);
    }

    public void Add(string key, int[] values)
    {
        Array(key, Kind.Int32, values.Length);
        _writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    /// <summary>Adds a tensor under its GGUF name: matrices are written as blocks, vectors as float32.</summary>
    public void Add(string name, WeightTensor tensor) => _tensors.Add((name, tensor));

    /// <summary>Writes the file.</summary>
    public void Write(string path, BlockType type)
    {
        using FileStream file = File.Create(path);
        using BinaryWriter writer = new(file);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write(_pairs);
        writer.Write(_metadata.GetBuffer(), 0, (int)_metadata.Length);
        long offset = 0;
        foreach ((string name, WeightTensor tensor) in _tensors)
        {
            Text(writer, name);
            writer.Write((uint)tensor.Shape.Count);
            foreach (long dimension in tensor.Shape.Reverse())
                writer.Write((ulong)dimension);
            writer.Write(IsMatrix(tensor) ? type.TypeNumber : Float32Type);
            writer.Write((ulong)offset);
            offset = Aligned(offset + Bytes(tensor, type));
        }

        writer.Write(new byte[Aligned(file.Position) - file.Position]);
        foreach ((_, WeightTensor tensor) in _tensors)
        {
            WriteData(writer, tensor, type);
            writer.Write(new byte[Aligned(file.Position) - file.Position]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static void WriteData(BinaryWriter writer, WeightTensor tensor, BlockType type)
    {
        if (!IsMatrix(tensor))
        {
            writer.Write(MemoryMarshal.AsBytes(tensor.ReadAll().AsSpan()));
            return;
        }

        float[] rows = new float[RowsAtOnce * tensor.Columns];
        byte[] blocks = new byte[rows.Length / BlockType.Elements * type.BlockBytes];
        for (long first = 0; first < tensor.Rows; first += RowsAtOnce)
        {
            int count = (int)Math.Min(RowsAtOnce, tensor.Rows - first), whole = count * tensor.Columns / BlockType.Elements;
            tensor.ReadRows(first, count, rows);
            for (int b = 0; b < whole; b++)
                type.Quantize(rows.AsSpan(b * BlockType.Elements, BlockType.Elements), blocks.AsSpan(b * type.BlockBytes, type.BlockBytes));
            writer.Write(blocks, 0, whole * type.BlockBytes);
        }
    }

    private static bool IsMatrix(WeightTensor tensor) => tensor.Shape.Count > 1;

    private static long Bytes(WeightTensor tensor, BlockType type) =>
        IsMatrix(tensor) ? tensor.ElementCount / BlockType.Elements * type.BlockBytes : tensor.ElementCount * sizeof(float);

    private static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void Text(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private void Key(string key, Kind kind)
    {
        Text(_writer, key);
        _writer.Write((uint)kind);
        _pairs++;
    }

    private void Array(string key, Kind items, int count)
    {
        Key(key, Kind.Array);
        _writer.Write((uint)items);
        _writer.Write((ulong)count);
    }
}
