using System.Runtime.InteropServices;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Models.Weights.Elements;

namespace Tidar.Models.Weights;

/// <summary>A tensor whose elements lie contiguously in a memory-mapped file; whoever owns the file keeps it open.</summary>
internal sealed class MappedTensor : WeightTensor
{
    // Elements decoded at a time: whole blocks of every type, and far below the 2 GiB a span can hold.
    private const int Chunk = 1 << 16;

    private readonly MappedFile _file;
    private readonly ElementType _type;
    private readonly long _offset;
    private readonly long[] _shape;

    /// <summary>Describes a tensor; the caller has checked that its bytes lie inside the file and that rows are whole blocks.</summary>
    public MappedTensor(string name, MappedFile file, ElementType type, long offset, long[] shape)
    {
        Name = name;
        _file = file;
        _type = type;
        _offset = offset;
        _shape = shape;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string DataType => _type.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<long> Shape => _shape;

    /// <inheritdoc/>
    public override string Source => _file.Path;

    /// <inheritdoc/>
    public override bool IsReadable => _type.Decode is not null;

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, int rowCount, Span<float> destination)
    {
        ElementDecoder decode = _type.Decode ?? throw NotFloat(this);
        (long first, long count) = Elements(firstRow, rowCount);
        destination = destination[..checked((int)count)];
        for (int done = 0; done < destination.Length; done += Chunk)
        {
            Span<float> part = destination.Slice(done, Math.Min(Chunk, destination.Length - done));
            decode(Bytes(first + done, part.Length), part);
        }
    }

    /// <inheritdoc/>
    public override bool TryGetBFloat16Rows(long firstRow, int rowCount, out ReadOnlySpan<ushort> values)
    {
        values = default;
        (long first, long count) = Elements(firstRow, rowCount);
        if (_type != PlainElements.BF16 || _offset % sizeof(ushort) != 0 || count > int.MaxValue / sizeof(ushort))
            return false;
        values = MemoryMarshal.Cast<byte, ushort>(Bytes(first, (int)count));
        return true;
    }

    /// <inheritdoc/>
    public override Int4Scales? GridScales => _type.GridScales;

    /// <inheritdoc/>
    public override void ReadGrid(long firstRow, int rowCount, Span<byte> levels, Span<float> scales, Span<float> minima)
    {
        if (_type.DecodeGrid is not { } decode)
        {
            base.ReadGrid(firstRow, rowCount, levels, scales, minima);
            return;
        }

        (long first, long count) = Elements(firstRow, rowCount);
        int groups = checked((int)count / SmallBlocks.Elements);
        decode(Bytes(first, (int)count), levels[..(int)count], scales[..groups], minima[..groups]);
    }

    /// <inheritdoc/>
    public override void Release() => _file.Release(_offset, ElementCount / _type.BlockElements * _type.BlockBytes);

    /// <summary>The same tensor under another name.</summary>
    internal MappedTensor Named(string name) => new(name, _file, _type, _offset, _shape);

    /// <summary>The stored bytes of whole blocks: <paramref name="count"/> elements from element <paramref name="first"/>.</summary>
    internal ReadOnlySpan<byte> Bytes(long first, int count) =>
        _file.Slice(_offset + (first / _type.BlockElements * _type.BlockBytes), checked((int)((long)count / _type.BlockElements * _type.BlockBytes)));

    /// <summary>The error for a tensor whose elements are no floating-point numbers.</summary>
    internal static InvalidInputException NotFloat(WeightTensor tensor) =>
        new(tensor.Source, tensor.Name, "a floating-point or known quantized type", tensor.DataType);

    private (long First, long Count) Elements(long firstRow, int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Rows - rowCount);
        return (firstRow * Columns, (long)rowCount * Columns);
    }
}
