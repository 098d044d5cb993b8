using System.Runtime.InteropServices;
using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>
/// Mask rows through the adapted model, forward and backward, in float32. They see the keys and values of clean tokens, which do not depend on the adapter, so
/// nothing propagates through the clean half; frozen matrices get no gradient. A pass's bits do not depend on the number of threads.
/// </summary>
public sealed class MaskRowDecoder : IDisposable
{
    private const int ForwardTileLines = 48;

    private readonly WorkerTeam _team;
    private readonly ModelConfig _config;
    private readonly AdapterParameters _parameters;
    private readonly MaskLayer[] _layers;
    private readonly RotaryEmbedding _rope;
    private readonly LinearLayer _linear;
    private readonly NormLayer _norm;
    private readonly ColumnSums _headNormSums = new();
    private readonly FrozenHead _head;
    private readonly PrefixSpanAttention _attention;
    private readonly PrefixSpanAttentionGradient _attentionGradient;
    private readonly StorePair _span;
    private readonly List<KeyValueStore> _exchanged = [];
    private readonly List<AttentionTile> _tiles = [];
    private readonly Activation _output;
    private readonly Activation _hiddenGradient;
    private readonly Activation _inputGradient;
    private readonly Activation _attendedGradient;
    private readonly Activation _statesGradient;
    private readonly Activation _activatedGradient;

    /// <summary>Creates the passes; all arguments outlive it.</summary>
    public MaskRowDecoder(WorkerTeam team, FrozenDecoder frozen, AdapterParameters parameters)
    {
        _team = team;
        _parameters = parameters;
        _config = frozen.Config;
        _linear = new LinearLayer(team);
        _layers = [.. frozen.Layers.Select((layer, l) => new MaskLayer(layer, parameters, l, team, _linear))];
        _rope = RopeFrequencies.Create(_config);
        _norm = new NormLayer(team, _config.NormEpsilon);
        _head = new FrozenHead(team, frozen);
        _attention = new PrefixSpanAttention(_config.HeadCount, _config.KeyValueHeadCount, _config.HeadDimension);
        _attentionGradient = new PrefixSpanAttentionGradient(_config.HeadCount, _config.KeyValueHeadCount, _config.HeadDimension);
        _span = new StorePair(NewStore(), NewStore());
        _output = new Activation(_config.HiddenSize);
        _hiddenGradient = new Activation(_config.HiddenSize);
        _inputGradient = new Activation(_config.HiddenSize);
        _attendedGradient = new Activation(_config.QueryWidth);
        _statesGradient = new Activation(_config.QueryWidth + (2 * _config.KeyValueWidth));
        _activatedGradient = new Activation(_config.IntermediateSize);
        Refresh();
    }

    /// <summary>Whether the likeliest token was the right one, for each target of the last pass.</summary>
    public ReadOnlySpan<bool> Correct => _head.Correct;

    /// <summary>Takes over the adapter's weights as they are now; to be called when they have changed.</summary>
    public void Refresh()
    {
        foreach (MaskLayer layer in _layers)
            layer.Refresh();
    }

    /// <summary>Σ weight · loss of a batch's targets.</summary>
    public double Evaluate(MaskBatch batch)
    {
        Forward(batch);
        return _head.Run(batch.Targets, _output.Rows(batch.Rows), 0, []);
    }

    /// <summary>The same; <paramref name="scale"/> times its gradient is added to the adapter's gradients.</summary>
    public double AddGradients(MaskBatch batch, double scale)
    {
        Forward(batch);
        Span<float> gradient = _hiddenGradient.Rows(batch.Rows);
        double loss = _head.Run(batch.Targets, _output.Rows(batch.Rows), scale, gradient);
        for (int l = _layers.Length - 1; l >= 0; l--)
        {
            MlpBackward(_layers[l], batch.Rows, gradient);
            AttentionBackward(_layers[l], l, batch, gradient);
        }

        EmbeddingGradientJob job = new(batch.Layout, gradient, _parameters.Gradients(_parameters.MaskEmbedding), _config.HiddenSize);
        _team.Run(ref job, EmbeddingGradientJob.Items(_config.HiddenSize));
        return loss;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in _layers.Concat<IDisposable>(_exchanged).Concat(
        [
            _rope, _linear, _norm, _headNormSums, _head, _attention, _attentionGradient, _span.Forward, _span.Exchanged,
            _output, _hiddenGradient, _inputGradient, _attendedGradient, _statesGradient, _activatedGradient,
        ]))
        {
            part.Dispose();
        }
    }

    private KeyValueStore NewStore() => new(_config.KeyValueHeadCount, _config.HeadDimension, 1);

    private void Forward(MaskBatch batch)
    {
        Reserve(batch);
        Span<float> hidden = LayerInput(0).Rows(batch.Rows);
        EmbeddingJob job = new(batch.Layout, _parameters.Values(_parameters.MaskEmbedding), hidden, _config.HiddenSize);
        _team.Run(ref job, RowChunks.Count(batch.Rows));
        for (int l = 0; l < _layers.Length; l++)
        {
            AttentionForward(_layers[l], l, batch);
            MlpForward(_layers[l], batch.Rows, LayerInput(l + 1).Rows(batch.Rows));
        }
    }

    // The residual stream before layer l; after the last layer it is what the head reads.
    private Activation LayerInput(int l) => l < _layers.Length ? _layers[l].Kept.Input : _output;

    private void Reserve(MaskBatch batch)
    {
        int longest = 0;
        foreach (int position in batch.Layout.Positions)
            longest = Math.Max(longest, position);
        _rope.Reserve(longest + 1);
        _span.Forward.Reserve(batch.Rows);
        _span.Exchanged.Reserve(batch.Rows);
        while (_exchanged.Count < batch.Prefixes.Count)
            _exchanged.Add(NewStore());
        batch.CutTiles(Math.Max(1, ForwardTileLines * _config.KeyValueHeadCount / _config.HeadCount), _tiles);
    }

    private void AttentionForward(MaskLayer layer, int index, MaskBatch batch)
    {
        int rows = batch.Rows;
        LayerActivations kept = layer.Kept;
        FrozenLayer frozen = layer.Frozen;
        Span<float> input = kept.Input.Rows(rows), normalized = kept.AttentionInput.Rows(rows), states = kept.States.Rows(rows);
        _norm.Forward(input, rows, frozen.AttentionNorm, normalized);
        layer.Forward(LinearGroup.QueryKeyValue, normalized, rows, states);
        HeadStatesJob job = new(
            states,
            batch.Layout,
            _config,
            _rope,
            frozen.Bias(LinearGroup.QueryKeyValue),
            frozen.QueryNorm,
            frozen.KeyNorm,
            _config.QueryKeyNorm ? kept.Unnormalized.Rows(rows) : [],
            _span.Forward,
            _span.Forward);
        _team.Run(ref job, batch.Layout.HalfChunks);
        Span<float> attended = kept.Attended.Rows(rows);
        KeyValueStore[] prefixes = [.. batch.Prefixes.Select(p => p.Layer(index))];
        _attention.Run(_team, states, kept.States.Width, batch.Layout.AttentionRows, _tiles, prefixes, _span.Forward, attended);
        AddLinear(layer, LinearGroup.AttentionOutput, attended, rows, input, kept.Middle.Rows(rows));
    }

    private void MlpForward(MaskLayer layer, int rows, Span<float> output)
    {
        LayerActivations kept = layer.Kept;
        Span<float> middle = kept.Middle.Rows(rows), normalized = kept.MlpInput.Rows(rows);
        Span<float> gateUp = kept.GateUp.Rows(rows), activated = kept.Activated.Rows(rows);
        _norm.Forward(middle, rows, layer.Frozen.MlpNorm, normalized);
        layer.Forward(LinearGroup.GateUp, normalized, rows, gateUp);
        SwiGluJob job = new(gateUp, layer.Frozen.Bias(LinearGroup.GateUp), activated, kept.Activated.Width);
        _team.Run(ref job, rows);
        AddLinear(layer, LinearGroup.Down, activated, rows, middle, output);
    }

    // output = residual + x·Wᵀ + what the factors add + b
    private void AddLinear(MaskLayer layer, LinearGroup group, ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> residual, Span<float> output)
    {
        residual.CopyTo(output);
        layer.Forward(group, x, rows, output, accumulate: true);
        if (layer.Frozen.Bias(group) is not { Length: > 0 } bias)
            return;
        AddBiasJob job = new(output, rows, bias);
        _team.Run(ref job, RowChunks.Count(rows));
    }

    // gradient: of the layer's output on entry, of the residual stream between attention and MLP on return.
    private void MlpBackward(MaskLayer layer, int rows, Span<float> gradient)
    {
        LayerActivations kept = layer.Kept;
        Span<float> activated = _activatedGradient.Rows(rows), gateUp = kept.GateUp.Rows(rows), input = _inputGradient.Rows(rows);
        layer.Backward(LinearGroup.Down, gradient, kept.Activated.Rows(rows), rows, activated);
        SwiGluGradientJob job = new(gateUp, activated, rows, _config.IntermediateSize);
        _team.Run(ref job, RowChunks.Count(rows));
        layer.Backward(LinearGroup.GateUp, gateUp, kept.MlpInput.Rows(rows), rows, input);
        _norm.Backward(kept.Middle.Rows(rows), rows, layer.Frozen.MlpNorm, input, gradient, default, accumulate: true);
    }

    // gradient: of the residual stream between attention and MLP on entry, of the layer's input on return.
    private void AttentionBackward(MaskLayer layer, int index, MaskBatch batch, Span<float> gradient)
    {
        int rows = batch.Rows;
        LayerActivations kept = layer.Kept;
        Span<float> attended = _attendedGradient.Rows(rows), states = _statesGradient.Rows(rows), input = _inputGradient.Rows(rows);
        layer.Backward(LinearGroup.AttentionOutput, gradient, kept.Attended.Rows(rows), rows, attended);
        StoreStatesJob store = new(kept.States.Rows(rows), batch.Layout, _config, _span, _span);
        _team.Run(ref store, batch.Layout.HalfChunks);
        StorePair[] prefixes = Exchange(batch, index);
        _attentionGradient.Run(
            _team,
            CollectionsMarshal.AsSpan(batch.Layout.Documents),
            batch.Layout.AttentionRows,
            cleanRows: 0,
            kept.States.Rows(rows),
            attended,
            prefixes,
            _span,
            states);
        HeadStatesBackward(layer, batch, states);
        layer.Backward(LinearGroup.QueryKeyValue, states, kept.AttentionInput.Rows(rows), rows, input);
        _norm.Backward(kept.Input.Rows(rows), rows, layer.Frozen.AttentionNorm, input, gradient, default, accumulate: true);
    }

    // The prefixes of one layer with the roles of keys and values exchanged.
    private StorePair[] Exchange(MaskBatch batch, int layer)
    {
        StorePair[] pairs = [.. batch.Prefixes.Select((p, d) => new StorePair(p.Layer(layer), _exchanged[d]))];
        ExchangeJob job = new(pairs, batch.Prefixes);
        _team.Run(ref job, pairs.Length);
        return pairs;
    }

    private void HeadStatesBackward(MaskLayer layer, MaskBatch batch, Span<float> states)
    {
        int chunks = RowChunks.Count(batch.Rows);
        Span<float> partial = _config.QueryKeyNorm ? _headNormSums.Begin(chunks, 2 * _config.HeadDimension) : [];
        ReadOnlySpan<float> unnormalized = _config.QueryKeyNorm ? layer.Kept.Unnormalized.Rows(batch.Rows) : [];
        HeadStatesGradientJob job = new(states, batch.Layout, _config, _rope, layer.Frozen.QueryNorm, layer.Frozen.KeyNorm, unnormalized, partial);
        _team.Run(ref job, chunks);
    }

    private readonly struct ExchangeJob(StorePair[] pairs, IReadOnlyList<KeyValueCache> prefixes) : IJob
    {
        public void Execute(int item, int worker) => pairs[item].Exchanged.CopyExchanged(pairs[item].Forward, prefixes[item].Length);
    }
}
