using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// For every row [q, k, v] of a chunk: bias, head norms (keeping what they were given), RoPE; then keys and values into their store. Chunks are cut per half, so that
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
                Normalize(row[..q], _queryNorm);
                Normalize(row.Slice(q, kv), _keyNorm);
            }

            rope.Rotate(row[..(q + kv)], batch.Positions[r]);
            if (isClean)
                clean.Write(r, row.Slice(q, kv), row[(q + kv)..]);
            else
                span.Write(r - batch.CleanRows, row.Slice(q, kv), row[(q + kv)..]);
        }
    }

    private void Normalize(Span<float> heads, ReadOnlySpan<float> weight)
    {
        for (int h = 0; h < heads.Length; h += weight.Length)
            RmsNorm.Run(heads.Slice(h, weight.Length), weight, config.NormEpsilon, heads.Slice(h, weight.Length));
    }
}
