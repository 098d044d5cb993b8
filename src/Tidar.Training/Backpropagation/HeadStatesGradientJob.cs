using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;

namespace Tidar.Training.Backpropagation;

/// <summary>Gradients of rotated queries and keys back to what the projections gave, in place: RoPE, then the head norms.</summary>
/// <remarks>Gradients of the norms' weights go to the chunk's partial sums [query norm, key norm].</remarks>
internal readonly ref struct HeadStatesGradientJob(
    Span<float> gradient,
    TrainingBatch batch,
    ModelConfig config,
    RotaryEmbedding rope,
    ReadOnlySpan<float> queryNorm,
    ReadOnlySpan<float> keyNorm,
    ReadOnlySpan<float> unnormalized,
    Span<float> partial) : IJob
{
    private readonly Span<float> _gradient = gradient;
    private readonly ReadOnlySpan<float> _queryNorm = queryNorm;
    private readonly ReadOnlySpan<float> _keyNorm = keyNorm;
    private readonly ReadOnlySpan<float> _unnormalized = unnormalized;
    private readonly Span<float> _partial = partial;

    public void Execute(int item, int worker)
    {
        (int first, int count) = RowChunks.Bounds(item, batch.Rows);
        int q = config.QueryWidth, kv = config.KeyValueWidth, width = q + (2 * kv), d = config.HeadDimension;
        for (int r = first; r < first + count; r++)
        {
            Span<float> row = _gradient.Slice(r * width, q + kv);
            rope.RotateBack(row, batch.Positions[r]);
            if (_queryNorm.IsEmpty)
                continue;
            ReadOnlySpan<float> given = _unnormalized.Slice(r * (q + kv), q + kv);
            Span<float> sums = _partial.Slice(item * 2 * d, 2 * d);
            RmsNormGradient.Run(given[..q], _queryNorm, config.NormEpsilon, row[..q], row[..q], sums[..d], accumulate: false);
            RmsNormGradient.Run(given[q..], _keyNorm, config.NormEpsilon, row[q..], row[q..], sums[d..], accumulate: false);
        }
    }
}
