namespace Tidar.Models.Weights;

/// <summary>A tensor in memory: parameters under training, and models made up for tests and benchmarks.</summary>
/// <param name="name">Hugging Face name.</param>
/// <param name="shape">Dimensions, outermost first.</param>
/// <param name="values">Row-major values; read when asked for, not copied.</param>
public sealed class MemoryTensor(string name, IReadOnlyList<long> shape, ReadOnlyMemory<float> values) : WeightTensor
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string DataType => "F32";

    /// <inheritdoc/>
    public override IReadOnlyList<long> Shape => shape;

    /// <inheritdoc/>
    public override string Source => "memory";

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, int rowCount, Span<float> destination) =>
        values.Span.Slice(checked((int)(firstRow * Columns)), rowCount * Columns).CopyTo(destination);
}
