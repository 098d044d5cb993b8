using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>Copies the embedding of every row's token, a chunk of rows at a time.</summary>
internal readonly ref struct EmbeddingJob(TrainingBatch batch, ReadOnlySpan<float> embedding, Span<float> hidden, int width) : IJob
{
    private readonly ReadOnlySpan<float> _embedding = embedding;
    private readonly Span<float> _hidden = hidden;

    public void Execute(int item, int worker)
    {
        (int first, int count) = RowChunks.Bounds(item, batch.Rows);
        for (int r = first; r < first + count; r++)
            _embedding.Slice(batch.Tokens[r] * width, width).CopyTo(_hidden.Slice(r * width, width));
    }
}
