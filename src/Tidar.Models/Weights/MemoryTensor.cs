using Tidar.Kernels.Memory;

namespace Tidar.Models.Weights;

/// <summary>A float32 tensor in memory: what training saves, and what a model with made-up weights is built from.</summary>
public sealed class MemoryTensor : WeightTensor
{
    private readonly Func<long, int, ReadOnlyMemory<float>>? _slice;
    private readonly AlignedBuffer<float>? _buffer;
    private readonly long[] _shape;

    /// <summary>A tensor over managed memory, row-major; the memory is read when the tensor is.</summary>
    public MemoryTensor(string name, IReadOnlyList<long> shape, ReadOnlyMemory<float> values)
        : this(name, shape, (long)values.Length)
    {
        _slice = (start, length) => values.Slice(checked((int)start), length);
    }

    /// <summary>A tensor over native memory, row-major, which the caller keeps alive.</summary>
    public MemoryTensor(string name, IReadOnlyList<long> shape, AlignedBuffer<float> values)
        : this(name, shape, values.Length)
    {
        _buffer = values;
    }

    private MemoryTensor(string name, IReadOnlyList<long> shape, long length)
    {
        Name = name;
        _shape = [.. shape];
        ArgumentOutOfRangeException.ThrowIfNotEqual(length, ElementCount);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string DataType => nameof(StoredType.F32);

    /// <inheritdoc/>
    public override IReadOnlyList<long> Shape => _shape;

    /// <inheritdoc/>
    public override string Source => "memory";

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, int rowCount, Span<float> destination)
    {
        long start = firstRow * Columns;
        int length = checked(rowCount * Columns);
        if (_buffer is not null)
            ((ReadOnlySpan<float>)_buffer.Slice(start, length)).CopyTo(destination);
        else
            _slice!(start, length).Span.CopyTo(destination);
    }
}
