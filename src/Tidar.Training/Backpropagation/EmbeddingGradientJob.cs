using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// Adds every row's gradient to its token's embedding. Work is cut by columns: rows that share a token are added in their order on one thread.
/// </summary>
internal readonly ref struct EmbeddingGradientJob(TrainingBatch batch, ReadOnlySpan<float> gradient, Span<float> embedding, int width) : IJob
{
    private const int Columns = 64;

    private readonly ReadOnlySpan<float> _gradient = gradient;
    private readonly Span<float> _embedding = embedding;

    public static int Items(int width) => (width + Columns - 1) / Columns;

    public void Execute(int item, int worker)
    {
        int first = item * Columns, columns = Math.Min(Columns, width - first);
        for (int r = 0; r < batch.Rows; r++)
        {
            Span<float> target = _embedding.Slice((batch.Tokens[r] * width) + first, columns);
            Activations.Add(target, _gradient.Slice((r * width) + first, columns), target);
        }
    }
}
