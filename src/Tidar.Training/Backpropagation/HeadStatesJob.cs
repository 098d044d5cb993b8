using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// For every row [q, k, v] of a chunk: bias, head norms (keeping what they were given), RoPE; then keys and values into their store. Chunks are cut per half,
/// so that
/// no two of them write one key panel.
/// </summary>
internal readonly ref struct HeadStatesJob(
    Span<float> rows,
    TrainingBatch batch,
    ModelConfig config,
    RotaryEmbedding rope,
    ReadOnlySpan<float> bias,
    ReadOnlySpan<float> queryNorm,
    ReadOnlySpan<float> keyNorm,
    Span<float> unnormalized,
    KeyValueStore clean,
    KeyValueStore span) : IJob
{
    private readonly Span<float> _rows = rows;
    private readonly ReadOnlySpan<float> _bias = bias;
    private readonly ReadOnlySpan<float> _queryNorm = queryNorm;
    private readonly ReadOnlySpan<float> _keyNorm = keyNorm;
    private readonly Span<float> _unnormalized = unnormalized;

    public void Execute(int item, int worker)
    {
        (int first, int count, bool isClean) = batch.HalfChunk(item);
        int q = config.QueryWidth, kv = config.KeyValueWidth, width = q + (2 * kv);
        for (int r = first; r < first + count; r++)
        {
            Span<float> row = _rows.Slice(r * width, width);
            if (!_bias.IsEmpty)
                Activations.Add(row, _bias, row);
            if (!_queryNorm.IsEmpty)
            {
                row[..(q + kv)].CopyTo(_unnormalized[(r * (q + kv))..]);
                RmsNorm.RunHeads(row[..q], _queryNorm, config.NormEpsilon);
                RmsNorm.RunHeads(row.Slice(q, kv), _keyNorm, config.NormEpsilon);
            }

            rope.Rotate(row[..(q + kv)], batch.Positions[r]);
        }

        ReadOnlySpan<float> done = _rows[(first * width)..];
        if (isClean)
            clean.WriteRows(first, count, done[q..], done[(q + kv)..], width);
        else
            span.WriteRows(first - batch.CleanRows, count, done[q..], done[(q + kv)..], width);
    }
}
