using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;

namespace Tidar.Training.Backpropagation;

/// <summary>Sums over rows in a fixed order: one partial sum per chunk of rows, added up chunk after chunk.</summary>
internal sealed class ColumnSums : IDisposable
{
    private Activation _partial = new(1);

    /// <summary>Zeroed partial sums [chunks, width]; each chunk's worker adds to its own.</summary>
    public Span<float> Begin(int chunks, int width)
    {
        if (_partial.Width != width)
        {
            _partial.Dispose();
            _partial = new Activation(width);
        }

        Span<float> partial = _partial.Rows(chunks);
        partial.Clear();
        return partial;
    }

    /// <summary>target += Σ over chunks of the partial sums from column <paramref name="column"/> on.</summary>
    public void Fold(int chunks, int column, Span<float> target)
    {
        for (int c = 0; c < chunks; c++)
            Activations.Add(target, _partial.Row(c).Slice(column, target.Length), target);
    }

    /// <summary>target += Σ over rows of <paramref name="matrix"/> [rows, width].</summary>
    public void Add(WorkerTeam team, ReadOnlySpan<float> matrix, int rows, Span<float> target)
    {
        int chunks = RowChunks.Count(rows);
        SumJob job = new(matrix, rows, target.Length, Begin(chunks, target.Length));
        team.Run(ref job, chunks);
        Fold(chunks, 0, target);
    }

    public void Dispose() => _partial.Dispose();

    private readonly ref struct SumJob(ReadOnlySpan<float> matrix, int rows, int width, Span<float> partial) : IJob
    {
        private readonly ReadOnlySpan<float> _matrix = matrix;
        private readonly Span<float> _partial = partial;

        public void Execute(int item, int worker)
        {
            (int first, int count) = RowChunks.Bounds(item, rows);
            Span<float> sum = _partial.Slice(item * width, width);
            for (int r = first; r < first + count; r++)
                Activations.Add(sum, _matrix.Slice(r * width, width), sum);
        }
    }
}
