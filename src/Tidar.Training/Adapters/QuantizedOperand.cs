using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>
/// Frozen weights in int8, one scale a column of B, against rows that are rotated and rounded to 8 bits a row: the products that decoding has, forward and, on the transposed weights,
/// backward. A gradient's rounding error is as good as independent from row to row, so that it averages out over a step, and costs about a percent of the gradient's length.
/// </summary>
/// <param name="rows">Where rows are quantized, shared by the matrices of a model: products follow each other.</param>
internal sealed class QuantizedOperand(PreparedRows rows) : IOperand
{
    private WeightMatrix? _matrix;

    /// <inheritdoc/>
    public void Pack(WorkerTeam team, ReadOnlySpan<float> b, int k, int columns)
    {
        using AlignedBuffer<float> transposed = new((long)k * columns);
        Span<float> w = transposed.Slice(0, checked(k * columns));
        Transposition.Run(team, b, k, columns, w);
        PackTransposed(team, w, columns, k);
    }

    /// <inheritdoc/>
    public void PackTransposed(WorkerTeam team, ReadOnlySpan<float> w, int columns, int k)
    {
        if (_matrix is null || _matrix.Outputs != columns || _matrix.Inputs != k)
        {
            _matrix?.Dispose();
            _matrix = WeightMatrix.Create(WeightFormat.Int8, columns, k);
        }

        PackJob job = new(_matrix, w);
        team.Run(ref job, Panel.Count(columns));
    }

    /// <inheritdoc/>
    public void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int count, Span<float> y, bool accumulate = false)
    {
        if (_matrix is null)
            throw new InvalidOperationException("nothing is packed");
        rows.Set(team, _matrix, x, count);
        _matrix.Multiply(team, rows, y, accumulate ? Epilogue.Add : Epilogue.Store);
    }

    public void Dispose() => _matrix?.Dispose();

    // A whole panel of columns is an item: no two items touch one cache line.
    private readonly ref struct PackJob(WeightMatrix matrix, ReadOnlySpan<float> w) : IJob
    {
        private readonly ReadOnlySpan<float> _w = w;

        public void Execute(int item, int worker)
        {
            int first = item * Panel.Width, count = Math.Min(Panel.Width, matrix.Outputs - first);
            matrix.SetRows(first, _w.Slice(first * matrix.Inputs, count * matrix.Inputs));
        }
    }
}
