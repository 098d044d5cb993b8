using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>For every row [q, k, v]: head norms, RoPE; then keys and values into the row's cache, or into the ephemeral store.</summary>
internal readonly ref struct KeyValueJob(
    Span<float> rows, ReadOnlySpan<TokenRow> tokens, LayerWeights layer, ModelConfig config, RotaryEmbedding rope, ReadOnlySpan<KeyValueStore> stores, KeyValueStore span)
    : IJob
{
    private readonly Span<float> _rows = rows;
    private readonly ReadOnlySpan<TokenRow> _tokens = tokens;
    private readonly ReadOnlySpan<KeyValueStore> _stores = stores;

    public void Execute(int item, int worker)
    {
        int q = config.QueryWidth, kv = config.KeyValueWidth, width = q + (2 * kv);
        TokenRow token = _tokens[item];
        Span<float> row = _rows.Slice(item * width, width);
        if (layer is { QueryNorm: { } queryNorm, KeyNorm: { } keyNorm })
        {
            RmsNorm.RunHeads(row[..q], queryNorm, config.NormEpsilon);
            RmsNorm.RunHeads(row.Slice(q, kv), keyNorm, config.NormEpsilon);
        }

        rope.Rotate(row[..(q + kv)], token.Position);
        if (token.IsClean)
            _stores[token.Sequence].Write(token.Position, row.Slice(q, kv), row[(q + kv)..]);
        else
            span.Write(token.Ephemeral, row.Slice(q, kv), row[(q + kv)..]);
    }
}
