using Tidar.Kernels.Memory;
using Tidar.Models.Weights;

namespace Tidar.Training.Checkpoints;

/// <summary>A tensor that lies in a flat memory shared with others.</summary>
internal sealed class FlatTensor(string name, long[] shape, AlignedBuffer<float> memory, long start) : WeightTensor
{
    public override string Name => name;

    public override string DataType => nameof(StoredType.F32);

    public override IReadOnlyList<long> Shape => shape;

    public override string Source => "memory";

    public override void ReadRows(long firstRow, int rowCount, Span<float> destination)
    {
        int length = checked(rowCount * Columns);
        ((ReadOnlySpan<float>)memory.Slice(start + (firstRow * Columns), length)).CopyTo(destination);
    }
}
