using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Weights;

namespace Tidar.Models.Transformers;

/// <summary>
/// The decoder of Llama, Qwen2 and Qwen3: one forward pass over rows of "prefix + span" (see <see cref="TokenRow"/>). A row's result has the same bits whatever
/// else is in the batch, at any thread count. Not thread-safe: one pass at a time.
/// </summary>
/// <remarks>
/// The last layer is finished lazily: a pass computes its keys and values for all rows, and the rest of it only for rows whose logits are asked for.
/// </remarks>
public sealed class Transformer : ILanguageModel, IDisposable
{
    private const long LeastParameters = 1_000_000;

    private readonly TransformerWeights _weights;
    private readonly AdapterPass? _adapter;
    private readonly WorkerTeam _team;
    private readonly RotaryEmbedding _rope;
    private readonly PrefixSpanAttention _attention;
    private readonly KeyValueStore[] _spans;
    private readonly Activation _hidden;
    private readonly Activation _queryKeyValue;
    private readonly Activation _attended;
    private readonly Activation _inner;
    private readonly Activation _selectedHidden;
    private readonly Activation _selectedQueries;
    private readonly Activation _final;
    private readonly Activation _gathered;
    private readonly PreparedRows _input = new();
    private readonly PassState _pass = new();

    private Transformer(ModelConfig config, TransformerWeights weights, WorkerTeam team, MaskAdapter? adapter, SelectorWeights? selector)
    {
        Config = adapter is null ? config : adapter.Adapt(config);
        _weights = weights;
        _adapter = adapter is null ? null : new AdapterPass(adapter, config, weights.Layers, team);
        Selector = selector is null ? null : new PathSelector(selector, weights.Embedding);
        _team = team;
        _rope = RopeFrequencies.Create(config);
        _attention = new PrefixSpanAttention(config.HeadCount, config.KeyValueHeadCount, config.HeadDimension);
        _spans = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new KeyValueStore(config.KeyValueHeadCount, config.HeadDimension, capacity: 1))];
        _hidden = new Activation(config.HiddenSize);
        _queryKeyValue = new Activation(config.QueryWidth + (2 * config.KeyValueWidth));
        _attended = new Activation(config.QueryWidth);
        _inner = new Activation(config.IntermediateSize);
        _selectedHidden = new Activation(config.HiddenSize);
        _selectedQueries = new Activation(_queryKeyValue.Width);
        _final = new Activation(config.HiddenSize);
        _gathered = new Activation(config.HiddenSize);
    }

    /// <inheritdoc/>
    public ModelConfig Config { get; }

    /// <inheritdoc/>
    public PathSelector? Selector { get; }

    /// <summary>Bytes of packed weights that a full pass reads.</summary>
    public long WeightBytes => _weights.PackedBytes + (_adapter?.Bytes ?? 0);

    /// <summary>For parity tests: receives the residual stream [rows, hidden] after the embedding (index 0) and after every layer (index 1 …).</summary>
    internal Action<int, ReadOnlyMemory<float>>? HiddenObserver { get; set; }

    /// <summary>Packs a checkpoint's weights. The checkpoint must stay open: embedding rows are read from it.</summary>
    /// <param name="checkpoint">The opened model.</param>
    /// <param name="team">Threads; owned by the caller.</param>
    /// <param name="format">Weight format; null keeps every weight's exact value.</param>
    /// <param name="progress">Receives the number of weights packed so far.</param>
    /// <param name="adapter">Acts on mask rows; clean rows have the same bits with and without it. It comes with its path selector; without it, the model's own is used.</param>
    /// <exception cref="InvalidInputException">The model's path selector is malformed.</exception>
    public static Transformer Load(
        Checkpoint checkpoint, WorkerTeam team, WeightFormat? format = null, IProgress<long>? progress = null, MaskAdapter? adapter = null) =>
        Load(
            checkpoint.Config,
            checkpoint.Get,
            team,
            format,
            progress,
            adapter,
            adapter is null ? SelectorWeights.Find(checkpoint.Path, checkpoint.Config.HiddenSize) : adapter.Selector);

    /// <summary>Packs weights from wherever <paramref name="find"/> has them.</summary>
    public static Transformer Load(
        ModelConfig config,
        TensorLookup find,
        WorkerTeam team,
        WeightFormat? format = null,
        IProgress<long>? progress = null,
        MaskAdapter? adapter = null,
        SelectorWeights? selector = null) =>
        new(config, TransformerWeights.Load(config, find, new WeightPacker(team, format, progress)), team, adapter, selector);

    /// <summary>
    /// The format in which a checkpoint runs fastest at little cost: its own 4-bit grid where it has one, else int8; null, every value exact, below a million parameters, where
    /// there is nothing to gain.
    /// </summary>
    public static WeightFormat? FastFormat(Checkpoint checkpoint)
    {
        if (checkpoint.ParameterCount < LeastParameters)
            return null;
        return checkpoint.Tensors.Any(t => t.GridScales is not null) ? WeightFormat.Int4 : WeightFormat.Int8;
    }

    /// <inheritdoc/>
    public KeyValueCache CreateCache(int capacity) => new(Config, Math.Min(capacity, Config.MaxPositions));

    /// <inheritdoc/>
    public void Forward(RowBatch batch)
    {
        _pass.Begin(batch, Config);
        if (batch.Count == 0)
            return;
        _rope.Reserve(_pass.HighestPosition + 1);
        for (int i = 0; i < (batch.HasBranches ? _spans.Length : 1); i++)
            _spans[i].Reserve(batch.EphemeralCount);
        _adapter?.Select(_pass.Tokens);
        Embed();
        for (int i = 0; i < Config.LayerCount; i++)
        {
            KeyValueStore[] stores = _pass.Stores(i);
            int rows = _pass.RowCount;
            Project(rows, i, stores);
            if (i == Config.LayerCount - 1)
                break;
            Attend(_queryKeyValue.Rows(rows), _pass.AttentionRows, _pass.Tiles, stores, Span(i));
            FinishLayer(i, _hidden.Rows(rows), rows);
            Observe(i + 1, _hidden.Rows(rows));
        }

        if (HiddenObserver is not null)
            FinishLastLayer([.. Enumerable.Range(0, _pass.RowCount)]);
    }

    /// <inheritdoc/>
    public void Keep(int row, KeyValueCache cache)
    {
        TokenRow token = _pass.Tokens[row];
        if (token.IsClean || token.IsMask || !_pass.HasBranches)
            throw new ArgumentException("not a row of a branch", nameof(row));
        cache.Reserve(token.Position + 1);
        for (int i = 0; i < _spans.Length; i++)
            cache.Layer(i).CopyFrom(_spans[i], token.Ephemeral, token.Position);
    }

    /// <inheritdoc/>
    public void Logits(ReadOnlySpan<int> rows, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(logits.Length, checked(rows.Length * Config.VocabularySize), nameof(logits));
        PrepareHead(rows);
        _weights.Head.Multiply(_team, _input, logits);
    }

    /// <inheritdoc/>
    public void Top(ReadOnlySpan<int> rows, int excluded, int count, Span<int> tokens, Span<float> logits)
    {
        PrepareHead(rows);
        _weights.Head.Top(_team, _input, excluded, count, tokens, logits);
        for (int i = 0; i < rows.Length; i++)
            FiniteLogits.Require(tokens[i * count], logits[i * count]);
    }

    /// <inheritdoc/>
    public void HiddenStates(ReadOnlySpan<int> rows, Span<float> states)
    {
        FinishLastLayer(rows);
        int width = Config.HiddenSize;
        for (int i = 0; i < rows.Length; i++)
            RmsNorm.Run(_final.Row(rows[i]), _weights.FinalNorm, Config.NormEpsilon, states.Slice(i * width, width));
    }

    // Finishes rows, and normalizes and prepares them for the LM head.
    private void PrepareHead(ReadOnlySpan<int> rows)
    {
        FinishLastLayer(rows);
        Span<float> gathered = _gathered.Rows(rows.Length);
        for (int i = 0; i < rows.Length; i++)
            _final.Row(rows[i]).CopyTo(gathered.Slice(i * Config.HiddenSize, Config.HiddenSize));
        _input.SetNormalized(_team, _weights.Head, gathered, rows.Length, _weights.FinalNorm, Config.NormEpsilon);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        _adapter?.Dispose();
        Selector?.Dispose();
        _rope.Dispose();
        _attention.Dispose();
        foreach (KeyValueStore span in _spans)
            span.Dispose();
        _input.Dispose();
        foreach (Activation activation in new[] { _hidden, _queryKeyValue, _attended, _inner, _selectedHidden, _selectedQueries, _final, _gathered })
            activation.Dispose();
    }

    private void Embed()
    {
        int width = Config.HiddenSize;
        Span<float> hidden = _hidden.Rows(_pass.RowCount);
        _final.Rows(_pass.RowCount);
        ReadOnlySpan<TokenRow> tokens = _pass.Tokens;
        for (int i = 0; i < tokens.Length; i++)
        {
            Span<float> row = hidden.Slice(i * width, width);
            if (_adapter is not null && tokens[i].IsMask)
                _adapter.Embedding(tokens[i].MaskSlot).CopyTo(row);
            else
                _weights.Embedding.ReadRows(tokens[i].Token, 1, row);
        }

        Observe(0, hidden);
    }

    // q, k, v of all rows from the residual stream, normalized; keys and values go to their stores.
    private void Project(int rows, int index, KeyValueStore[] stores)
    {
        LayerWeights layer = _weights.Layers[index];
        Span<float> hidden = _hidden.Rows(rows), queryKeyValue = _queryKeyValue.Rows(rows);
        Prepare(index, LinearGroup.QueryKeyValue, hidden, rows, layer.AttentionNorm);
        layer.QueryKeyValue.Multiply(_team, _input, queryKeyValue, bias: layer.QueryKeyValueBias);
        KeyValueJob job = new(queryKeyValue, _pass.Tokens, layer, Config, _rope, stores, Span(index));
        _team.Run(ref job, rows);
    }

    private void Attend(ReadOnlySpan<float> queryKeyValue, ReadOnlySpan<AttentionRow> rows, List<AttentionTile> tiles, KeyValueStore[] stores, KeyValueStore span) =>
        _attention.Run(_team, queryKeyValue, _queryKeyValue.Width, rows, tiles, stores, span, _attended.Rows(rows.Length));

    // Keys and values of a layer's ephemeral rows: one store serves all layers in turn, unless some of them may be kept.
    private KeyValueStore Span(int layer) => _spans[_pass.HasBranches ? layer : 0];

    // Output projection, residual, norm, MLP, residual, for rows that have been through attention.
    private void FinishLayer(int index, Span<float> hidden, int rows)
    {
        LayerWeights layer = _weights.Layers[index];
        Span<float> attended = _attended.Rows(rows), inner = _inner.Rows(rows);
        Prepare(index, LinearGroup.AttentionOutput, attended, rows);
        layer.AttentionOutput.Multiply(_team, _input, hidden, Epilogue.Add, layer.AttentionOutputBias);
        Prepare(index, LinearGroup.GateUp, hidden, rows, layer.MlpNorm);
        layer.GateUp.Multiply(_team, _input, inner, Epilogue.SwiGlu, layer.GateUpBias);
        Prepare(index, LinearGroup.Down, inner, rows);
        layer.Down.Multiply(_team, _input, hidden, Epilogue.Add, layer.DownBias);
    }

    // The input of a group of linear layers, behind a norm where one is given, and for masks what the adapter makes of it.
    private void Prepare(int index, LinearGroup group, ReadOnlySpan<float> source, int rows, ReadOnlySpan<float> norm = default)
    {
        WeightMatrix matrix = _weights.Layers[index].Of(group);
        LowRankTerm? term = _adapter?.Term(index, group);
        ReadOnlySpan<bool> masks = _adapter is null ? default : _adapter.Masks;
        if (norm.IsEmpty)
            _input.Set(_team, matrix, source, rows, term, masks);
        else
            _input.SetNormalized(_team, matrix, source, rows, norm, Config.NormEpsilon, term, masks);
    }

    // The last layer's attention and MLP for those of the given rows that have not been through them in this pass: their queries and residual
    // streams move to matrices of their own, are finished there, and the results go where Logits finds them.
    private void FinishLastLayer(ReadOnlySpan<int> rows)
    {
        if (!_pass.Select(rows))
            return;
        ReadOnlySpan<int> selected = _pass.Selected;
        int last = Config.LayerCount - 1, count = selected.Length, width = Config.HiddenSize;
        Span<float> hidden = _selectedHidden.Rows(count), queries = _selectedQueries.Rows(count);
        for (int i = 0; i < count; i++)
        {
            _hidden.Row(selected[i]).CopyTo(hidden.Slice(i * width, width));
            _queryKeyValue.Row(selected[i]).CopyTo(queries.Slice(i * _queryKeyValue.Width, _queryKeyValue.Width));
        }

        _adapter?.Select(_pass.Tokens, selected);
        Attend(queries, _pass.SelectedAttentionRows, _pass.SelectedTiles, _pass.Stores(last), Span(last));
        FinishLayer(last, hidden, count);
        for (int i = 0; i < count; i++)
            hidden.Slice(i * width, width).CopyTo(_final.Row(selected[i]));
        Observe(last + 1, hidden);
    }

    private void Observe(int index, ReadOnlySpan<float> hidden) => HiddenObserver?.Invoke(index, hidden.ToArray());
}
