using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>RMS norm of all rows, forward and backward.</summary>
internal sealed class NormLayer(WorkerTeam team, float epsilon) : IDisposable
{
    private readonly ColumnSums _sums = new();

    /// <summary>target = norm(x), [rows, width].</summary>
    public void Forward(Span<float> x, int rows, ReadOnlySpan<float> weight, Span<float> target)
    {
        NormJob job = new(x, weight, epsilon, target);
        team.Run(ref job, rows);
    }

    /// <summary>dx += gradient through the norm (or = where not accumulating); dw is added to; <paramref name="dy"/> is used up.</summary>
    public void Backward(
        ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> weight, Span<float> dy, Span<float> dx, Span<float> weightGradient, bool accumulate)
    {
        int chunks = RowChunks.Count(rows);
        BackwardJob job = new(x, rows, weight, epsilon, dy, dx, _sums.Begin(chunks, weight.Length), accumulate);
        team.Run(ref job, chunks);
        _sums.Fold(chunks, 0, weightGradient);
    }

    public void Dispose() => _sums.Dispose();

    private readonly ref struct BackwardJob(
        ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> weight, float epsilon, Span<float> dy, Span<float> dx, Span<float> partial, bool accumulate) : IJob
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly ReadOnlySpan<float> _weight = weight;
        private readonly Span<float> _dy = dy;
        private readonly Span<float> _dx = dx;
        private readonly Span<float> _partial = partial;

        public void Execute(int item, int worker)
        {
            (int first, int count) = RowChunks.Bounds(item, rows);
            int width = _weight.Length;
            Span<float> sum = _partial.Slice(item * width, width);
            for (int r = first; r < first + count; r++)
            {
                RmsNormGradient.Run(
                    _x.Slice(r * width, width), _weight, epsilon, _dy.Slice(r * width, width), _dx.Slice(r * width, width), sum, accumulate);
            }
        }
    }
}
