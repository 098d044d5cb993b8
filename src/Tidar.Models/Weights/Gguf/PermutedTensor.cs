using Tidar.Kernels.Matrices;
using Tidar.Models.Weights.Elements;

namespace Tidar.Models.Weights.Gguf;

/// <summary>
/// A q or k projection of a <c>llama</c> GGUF file, its rows put back into Hugging Face order. Converters interleave the halves of every head,
/// because ggml's RoPE for Llama rotates neighbours (2i, 2i+1): row 2·i + j of a head in the file is row j·(d/2) + i.
/// </summary>
internal sealed class PermutedTensor : WeightTensor
{
    private readonly WeightTensor _stored;
    private readonly int _headDimension;

    /// <summary>Wraps a weight [heads · d, in] or a bias [heads · d].</summary>
    public PermutedTensor(WeightTensor stored, int headDimension)
    {
        _stored = stored;
        _headDimension = headDimension;
    }

    /// <inheritdoc/>
    public override string Name => _stored.Name;

    /// <inheritdoc/>
    public override string DataType => _stored.DataType;

    /// <inheritdoc/>
    public override IReadOnlyList<long> Shape => _stored.Shape;

    /// <inheritdoc/>
    public override string Source => _stored.Source;

    /// <inheritdoc/>
    public override bool IsReadable => _stored.IsReadable;

    /// <inheritdoc/>
    public override void Release() => _stored.Release();

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, int rowCount, Span<float> destination)
    {
        int columns = Columns;
        if (Shape.Count == 1)
        {
            float[] stored = new float[columns];
            _stored.ReadRows(firstRow, rowCount, stored);
            for (int i = 0; i < stored.Length && rowCount > 0; i++)
                destination[i] = stored[InFile(i)];
            return;
        }

        for (int row = 0; row < rowCount; row++)
            _stored.ReadRows(InFile(firstRow + row), 1, destination.Slice(checked(row * columns), columns));
    }

    /// <inheritdoc/>
    public override Int4Scales? GridScales => Shape.Count == 2 ? _stored.GridScales : null;

    /// <inheritdoc/>
    public override void ReadGrid(long firstRow, int rowCount, Span<byte> levels, Span<float> scales, Span<float> minima)
    {
        int columns = Columns, groups = columns / SmallBlocks.Elements;
        for (int row = 0; row < rowCount; row++)
        {
            _stored.ReadGrid(
                InFile(firstRow + row), 1, levels.Slice(row * columns, columns), scales.Slice(row * groups, groups), minima.Slice(row * groups, groups));
        }
    }

    private long InFile(long row)
    {
        (long head, long inHead) = Math.DivRem(row, _headDimension);
        (long half, long pair) = Math.DivRem(inHead, _headDimension / 2);
        return (head * _headDimension) + (2 * pair) + half;
    }
}
