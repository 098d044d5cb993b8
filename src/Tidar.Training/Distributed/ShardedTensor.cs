using System.Runtime.InteropServices;
using Tidar.Kernels.Collectives;
using Tidar.Kernels.Memory;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Distributed;

/// <summary>A tensor of which every rank holds the pieces it owns in compact memory. All ranks read it together, the same rows in the same order.</summary>
internal sealed class ShardedTensor(string name, Parameter parameter, ParameterShards shards, AlignedBuffer<float> memory, ICollectives ranks) : WeightTensor
{
    public override string Name => name;

    public override string DataType => nameof(StoredType.F32);

    public override IReadOnlyList<long> Shape => parameter.Shape;

    public override string Source => "memory";

    /// <summary>Puts this rank's pieces of a whole tensor into its memory.</summary>
    public static void Load(WeightTensor tensor, Parameter parameter, ParameterShards shards, AlignedBuffer<float> memory)
    {
        float[] rows = [];
        foreach ((ParameterSlice slice, long offset) in shards.OwnOf(parameter.Slice.Start, parameter.Slice.Length))
        {
            long inside = slice.Start - parameter.Slice.Start, firstRow = inside / tensor.Columns;
            int rowCount = (int)(((inside + slice.Length + tensor.Columns - 1) / tensor.Columns) - firstRow);
            if (rows.Length < rowCount * tensor.Columns)
                rows = new float[rowCount * tensor.Columns];
            tensor.ReadRows(firstRow, rowCount, rows.AsSpan(0, rowCount * tensor.Columns));
            rows.AsSpan((int)(inside - (firstRow * tensor.Columns)), slice.Length).CopyTo(memory.Slice(offset, slice.Length));
        }
    }

    public override void ReadRows(long firstRow, int rowCount, Span<float> destination)
    {
        long start = parameter.Slice.Start + (firstRow * Columns);
        int count = checked(rowCount * Columns);
        destination[..count].Clear();
        foreach ((ParameterSlice slice, long offset) in shards.OwnOf(start, count))
            memory.Slice(offset, slice.Length).CopyTo(destination[(int)(slice.Start - start)..]);
        ranks.Merge(MemoryMarshal.AsBytes(destination[..count]));
    }
}
