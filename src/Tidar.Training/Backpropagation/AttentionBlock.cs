using System.Runtime.InteropServices;
using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Training.Backpropagation;

/// <summary>From a layer's projected rows [query, key, value] to what attention gives, and back: biases, head norms, RoPE, attention.</summary>
internal sealed class AttentionBlock : IDisposable
{
    private const int ForwardTileLines = 48;

    private readonly WorkerTeam _team;
    private readonly ModelConfig _config;
    private readonly RotaryEmbedding _rope;
    private readonly ColumnSums _headNormSums = new();
    private readonly PrefixSpanAttention _attention;
    private readonly PrefixSpanAttentionGradient _gradient;
    private readonly StorePair[] _clean;
    private readonly KeyValueStore[] _cleanForward;
    private readonly StorePair _span;
    private readonly List<AttentionTile> _tiles = [];
    private readonly List<AttentionTile> _outputTiles = [];

    public AttentionBlock(WorkerTeam team, ModelConfig config)
    {
        _team = team;
        _config = config;
        _rope = RopeFrequencies.Create(config);
        _attention = new PrefixSpanAttention(config.HeadCount, config.KeyValueHeadCount, config.HeadDimension);
        _gradient = new PrefixSpanAttentionGradient(config.HeadCount, config.KeyValueHeadCount, config.HeadDimension);
        _clean = [new StorePair(NewStore(config), NewStore(config))];
        _cleanForward = [_clean[0].Forward];
        _span = new StorePair(NewStore(config), NewStore(config));
    }

    /// <summary>An empty store of one layer.</summary>
    public static KeyValueStore NewStore(ModelConfig config) => new(config.KeyValueHeadCount, config.HeadDimension, 1);

    /// <summary>Prepares for the passes over a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="outputRows">Rows whose result is wanted in the last layer, ascending.</param>
    /// <param name="prefixes">What documents see beside their own rows; null where their clean rows are part of the batch.</param>
    public void Begin(TrainingBatch batch, ReadOnlySpan<int> outputRows, IPrefixStores? prefixes)
    {
        int longest = 0;
        foreach (int position in batch.Positions)
            longest = Math.Max(longest, position);
        _rope.Reserve(longest + 1);
        foreach ((StorePair pair, int rows) in new[] { (_clean[0], batch.CleanRows), (_span, batch.MaskRows) })
        {
            pair.Forward.Reserve(rows);
            pair.Exchanged.Reserve(rows);
        }

        batch.CutTiles(Math.Max(1, ForwardTileLines * _config.KeyValueHeadCount / _config.HeadCount), prefixes is not null, _tiles);
        _outputTiles.Clear();
        foreach (AttentionTile tile in _tiles)
        {
            int next = outputRows.BinarySearch(tile.FirstRow);
            next = next < 0 ? ~next : next;
            if (next < outputRows.Length && outputRows[next] < tile.FirstRow + tile.RowCount)
                _outputTiles.Add(tile);
        }
    }

    /// <summary>The attention of a layer.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="layer">Its number.</param>
    /// <param name="kept">Its projected rows, which become rotated queries and keys, and values.</param>
    /// <param name="batch">The batch that <see cref="Begin"/> was told.</param>
    /// <param name="prefixes">What documents see beside their own rows.</param>
    /// <param name="outputsOnly">Whether only the output rows' results are wanted (others may be left as they were).</param>
    /// <param name="attended">Receives the result, [rows, query width].</param>
    public void Forward(
        LayerWeights weights, int layer, LayerActivations kept, TrainingBatch batch, IPrefixStores? prefixes, bool outputsOnly, Span<float> attended)
    {
        Span<float> states = kept.States.Rows(batch.Rows);
        HeadStatesJob job = new(
            states,
            batch,
            _config,
            _rope,
            weights.Bias(LinearGroup.QueryKeyValue),
            weights.Norm(LayerNorm.Query),
            weights.Norm(LayerNorm.Key),
            _config.QueryKeyNorm ? kept.Unnormalized.Rows(batch.Rows) : [],
            _clean[0].Forward,
            _span.Forward);
        _team.Run(ref job, batch.HalfChunks);
        ReadOnlySpan<KeyValueStore> stores = prefixes is null ? _cleanForward : prefixes.Forward(layer);
        _attention.Run(_team, states, kept.States.Width, batch.AttentionRows, outputsOnly ? _outputTiles : _tiles, stores, _span.Forward, attended);
    }

    /// <summary>The gradient of the projected rows; head norms' gradients are added to.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="layer">Its number.</param>
    /// <param name="kept">What the forward pass left.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="prefixes">What documents see beside their own rows.</param>
    /// <param name="attendedGradient">Gradient of the attention's result, [rows, query width].</param>
    /// <param name="gradient">Receives the gradient, [rows, query + key + value].</param>
    public void Backward(
        LayerWeights weights,
        int layer,
        LayerActivations kept,
        TrainingBatch batch,
        IPrefixStores? prefixes,
        ReadOnlySpan<float> attendedGradient,
        Span<float> gradient)
    {
        ReadOnlySpan<float> states = kept.States.Rows(batch.Rows);
        StoreStatesJob store = new(states, batch, _config, _clean[0], _span);
        _team.Run(ref store, batch.HalfChunks);
        _gradient.Run(
            _team,
            CollectionsMarshal.AsSpan(batch.Documents),
            batch.AttentionRows,
            batch.CleanRows,
            states,
            attendedGradient,
            prefixes is null ? _clean : prefixes.Pairs(layer),
            _span,
            gradient);
        int chunks = RowChunks.Count(batch.Rows), d = _config.HeadDimension;
        Span<float> partial = _config.QueryKeyNorm ? _headNormSums.Begin(chunks, 2 * d) : [];
        ReadOnlySpan<float> unnormalized = _config.QueryKeyNorm ? kept.Unnormalized.Rows(batch.Rows) : [];
        HeadStatesGradientJob job = new(gradient, batch, _config, _rope, weights.Norm(LayerNorm.Query), weights.Norm(LayerNorm.Key), unnormalized, partial);
        _team.Run(ref job, chunks);
        if (!_config.QueryKeyNorm)
            return;
        _headNormSums.Fold(chunks, 0, weights.NormGradient(LayerNorm.Query));
        _headNormSums.Fold(chunks, d, weights.NormGradient(LayerNorm.Key));
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[]
        {
            _rope, _headNormSums, _attention, _gradient, _clean[0].Forward, _clean[0].Exchanged, _span.Forward, _span.Exchanged,
        })
        {
            part.Dispose();
        }
    }
}
