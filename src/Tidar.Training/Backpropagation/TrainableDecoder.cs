using System.Runtime.InteropServices;
using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;
using Tidar.Training.Losses;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// The decoder with its hand-written backward pass, in float32. A pass's bits depend on parameters and batch alone, not on the number of threads. Buffers are
/// kept from pass to pass and grow only when a larger batch comes.
/// </summary>
public sealed class TrainableDecoder : IDisposable
{
    private const int ForwardTileLines = 48;

    private readonly WorkerTeam _team;
    private readonly ModelConfig _config;
    private readonly LayerParameters[] _parameters;
    private readonly LayerActivations[] _activations;
    private readonly ParameterSlice _embedding;
    private readonly long _headStart;
    private readonly RotaryEmbedding _rope;
    private readonly LinearLayer _linear;
    private readonly NormLayer _norm;
    private readonly ColumnSums _headNormSums = new();
    private readonly LossHead _head;
    private readonly PrefixSpanAttention _attention;
    private readonly PrefixSpanAttentionGradient _attentionGradient;
    private readonly StorePair _clean;
    private readonly StorePair _span;
    private readonly List<AttentionTile> _tiles = [];
    private readonly Activation _output;
    private readonly Activation _hiddenGradient;
    private readonly Activation _inputGradient;
    private readonly Activation _attendedGradient;
    private readonly Activation _statesGradient;
    private readonly Activation _activatedGradient;

    /// <summary>Creates the passes over <paramref name="parameters"/>; both arguments outlive it.</summary>
    public TrainableDecoder(WorkerTeam team, ParameterSet parameters)
    {
        _team = team;
        Parameters = parameters;
        _config = parameters.Config;
        _parameters = [.. Enumerable.Range(0, _config.LayerCount).Select(l => new LayerParameters(parameters, l))];
        _activations = [.. Enumerable.Range(0, _config.LayerCount).Select(_ => new LayerActivations(_config))];
        _embedding = parameters["model.embed_tokens.weight"].Slice;
        _headStart = parameters["model.norm.weight"].Slice.Start;
        _rope = RopeFrequencies.Create(_config);
        _linear = new LinearLayer(team);
        _norm = new NormLayer(team, _config.NormEpsilon);
        _head = new LossHead(team, parameters);
        _attention = new PrefixSpanAttention(_config.HeadCount, _config.KeyValueHeadCount, _config.HeadDimension);
        _attentionGradient = new PrefixSpanAttentionGradient(_config.HeadCount, _config.KeyValueHeadCount, _config.HeadDimension);
        _clean = new StorePair(NewStore(), NewStore());
        _span = new StorePair(NewStore(), NewStore());
        _output = new Activation(_config.HiddenSize);
        _hiddenGradient = new Activation(_config.HiddenSize);
        _inputGradient = new Activation(_config.HiddenSize);
        _attendedGradient = new Activation(_config.QueryWidth);
        _statesGradient = new Activation(_config.QueryWidth + (2 * _config.KeyValueWidth));
        _activatedGradient = new Activation(_config.IntermediateSize);
    }

    /// <summary>The weights, and the gradients that <see cref="AddGradients"/> adds to.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The losses of a batch.</summary>
    public LossSums Evaluate(TrainingBatch batch)
    {
        Forward(batch);
        return _head.Run(batch, _output.Rows(batch.Rows), default, []);
    }

    /// <summary>The losses of a batch; the gradient of the weighted loss is added to the parameters' gradients.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">What a target of each half counts.</param>
    /// <param name="listener">Is told which gradients are final while the pass goes on; may be null.</param>
    public LossSums AddGradients(TrainingBatch batch, LossWeights weights, IGradientListener? listener = null)
    {
        Forward(batch);
        listener?.Begin();
        Span<float> gradient = _hiddenGradient.Rows(batch.Rows);
        LossSums sums = _head.Run(batch, _output.Rows(batch.Rows), weights, gradient);
        listener?.Finished(_headStart);
        for (int l = _config.LayerCount - 1; l >= 0; l--)
        {
            MlpBackward(_parameters[l], _activations[l], batch.Rows, gradient);
            AttentionBackward(_parameters[l], _activations[l], batch, gradient);
            listener?.Finished(_parameters[l].Start);
        }

        EmbeddingGradientJob job = new(batch, gradient, Parameters.Gradients(_embedding), _config.HiddenSize);
        _team.Run(ref job, EmbeddingGradientJob.Items(_config.HiddenSize));
        listener?.Finished(0);
        return sums;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LayerActivations layer in _activations)
            layer.Dispose();
        foreach (IDisposable part in new IDisposable[]
        {
            _rope, _linear, _norm, _headNormSums, _head, _attention, _attentionGradient, _clean.Forward, _clean.Exchanged, _span.Forward, _span.Exchanged,
            _output, _hiddenGradient, _inputGradient, _attendedGradient, _statesGradient, _activatedGradient,
        })
        {
            part.Dispose();
        }
    }

    private KeyValueStore NewStore() => new(_config.KeyValueHeadCount, _config.HeadDimension, 1);

    private void Forward(TrainingBatch batch)
    {
        Reserve(batch);
        Span<float> hidden = LayerInput(0).Rows(batch.Rows);
        EmbeddingJob job = new(batch, Parameters.Values(_embedding), hidden, _config.HiddenSize);
        _team.Run(ref job, RowChunks.Count(batch.Rows));
        for (int l = 0; l < _config.LayerCount; l++)
        {
            AttentionForward(_parameters[l], _activations[l], batch);
            MlpForward(_parameters[l], _activations[l], batch.Rows, LayerInput(l + 1).Rows(batch.Rows));
        }
    }

    // The residual stream before layer l; after the last layer it is what the head reads.
    private Activation LayerInput(int l) => l < _config.LayerCount ? _activations[l].Input : _output;

    private void Reserve(TrainingBatch batch)
    {
        int longest = 0;
        foreach (int position in batch.Positions)
            longest = Math.Max(longest, position);
        _rope.Reserve(longest + 1);
        _clean.Forward.Reserve(batch.CleanRows);
        _clean.Exchanged.Reserve(batch.CleanRows);
        _span.Forward.Reserve(batch.MaskRows);
        _span.Exchanged.Reserve(batch.MaskRows);
        batch.CutTiles(Math.Max(1, ForwardTileLines * _config.KeyValueHeadCount / _config.HeadCount), _tiles);
    }

    private ReadOnlySpan<float> Optional(ParameterSlice? slice) => slice is { } s ? Parameters.Values(s) : [];

    private void AttentionForward(LayerParameters layer, LayerActivations kept, TrainingBatch batch)
    {
        int rows = batch.Rows;
        Span<float> input = kept.Input.Rows(rows), normalized = kept.AttentionInput.Rows(rows), states = kept.States.Rows(rows);
        _norm.Forward(input, rows, Parameters.Values(layer.AttentionNorm), normalized);
        _linear.Forward(normalized, rows, Parameters.Values(layer.QueryKeyValue), kept.States.Width, states);
        HeadStatesJob job = new(
            states,
            batch,
            _config,
            _rope,
            Optional(layer.QueryKeyValueBias),
            Optional(layer.QueryNorm),
            Optional(layer.KeyNorm),
            layer.QueryNorm is null ? [] : kept.Unnormalized.Rows(rows),
            _clean.Forward,
            _span.Forward);
        _team.Run(ref job, batch.HalfChunks);
        Span<float> attended = kept.Attended.Rows(rows);
        _attention.Run(_team, states, kept.States.Width, batch.AttentionRows, _tiles, [_clean.Forward], _span.Forward, attended);
        AddLinear(attended, rows, layer.AttentionOutput, layer.AttentionOutputBias, input, kept.Middle.Rows(rows));
    }

    private void MlpForward(LayerParameters layer, LayerActivations kept, int rows, Span<float> output)
    {
        Span<float> middle = kept.Middle.Rows(rows), normalized = kept.MlpInput.Rows(rows);
        Span<float> gateUp = kept.GateUp.Rows(rows), activated = kept.Activated.Rows(rows);
        _norm.Forward(middle, rows, Parameters.Values(layer.MlpNorm), normalized);
        _linear.Forward(normalized, rows, Parameters.Values(layer.GateUp), kept.GateUp.Width, gateUp);
        SwiGluJob job = new(gateUp, Optional(layer.GateUpBias), activated, kept.Activated.Width);
        _team.Run(ref job, rows);
        AddLinear(activated, rows, layer.Down, layer.DownBias, middle, output);
    }

    // output = residual + x·Wᵀ + b
    private void AddLinear(ReadOnlySpan<float> x, int rows, ParameterSlice weights, ParameterSlice? bias, ReadOnlySpan<float> residual, Span<float> output)
    {
        residual.CopyTo(output);
        _linear.Forward(x, rows, Parameters.Values(weights), _config.HiddenSize, output, accumulate: true);
        if (bias is not { } slice)
            return;
        AddBiasJob job = new(output, rows, Parameters.Values(slice));
        _team.Run(ref job, RowChunks.Count(rows));
    }

    // gradient: of the layer's output on entry, of the residual stream between attention and MLP on return.
    private void MlpBackward(LayerParameters layer, LayerActivations kept, int rows, Span<float> gradient)
    {
        Span<float> activated = _activatedGradient.Rows(rows), gateUp = kept.GateUp.Rows(rows), input = _inputGradient.Rows(rows);
        LinearBackward(gradient, kept.Activated.Rows(rows), rows, layer.Down, layer.DownBias, _config.HiddenSize, activated);
        SwiGluGradientJob job = new(gateUp, activated, rows, _config.IntermediateSize);
        _team.Run(ref job, RowChunks.Count(rows));
        LinearBackward(gateUp, kept.MlpInput.Rows(rows), rows, layer.GateUp, layer.GateUpBias, kept.GateUp.Width, input);
        _norm.Backward(
            kept.Middle.Rows(rows), rows, Parameters.Values(layer.MlpNorm), input, gradient, Parameters.Gradients(layer.MlpNorm), accumulate: true);
    }

    // gradient: of the residual stream between attention and MLP on entry, of the layer's input on return.
    private void AttentionBackward(LayerParameters layer, LayerActivations kept, TrainingBatch batch, Span<float> gradient)
    {
        int rows = batch.Rows;
        Span<float> attended = _attendedGradient.Rows(rows), states = _statesGradient.Rows(rows), input = _inputGradient.Rows(rows);
        LinearBackward(gradient, kept.Attended.Rows(rows), rows, layer.AttentionOutput, layer.AttentionOutputBias, _config.HiddenSize, attended);
        StoreStatesJob store = new(kept.States.Rows(rows), batch, _config, _clean, _span);
        _team.Run(ref store, batch.HalfChunks);
        _attentionGradient.Run(
            _team, CollectionsMarshal.AsSpan(batch.Documents), batch.AttentionRows, batch.CleanRows, kept.States.Rows(rows), attended, [_clean], _span, states);
        HeadStatesBackward(layer, kept, batch, states);
        LinearBackward(states, kept.AttentionInput.Rows(rows), rows, layer.QueryKeyValue, layer.QueryKeyValueBias, kept.States.Width, input);
        _norm.Backward(
            kept.Input.Rows(rows), rows, Parameters.Values(layer.AttentionNorm), input, gradient, Parameters.Gradients(layer.AttentionNorm), accumulate: true);
    }

    private void HeadStatesBackward(LayerParameters layer, LayerActivations kept, TrainingBatch batch, Span<float> states)
    {
        int chunks = RowChunks.Count(batch.Rows), d = _config.HeadDimension;
        Span<float> partial = layer.QueryNorm is null ? [] : _headNormSums.Begin(chunks, 2 * d);
        ReadOnlySpan<float> unnormalized = layer.QueryNorm is null ? [] : kept.Unnormalized.Rows(batch.Rows);
        HeadStatesGradientJob job = new(states, batch, _config, _rope, Optional(layer.QueryNorm), Optional(layer.KeyNorm), unnormalized, partial);
        _team.Run(ref job, chunks);
        if (layer is not { QueryNorm: { } queryNorm, KeyNorm: { } keyNorm })
            return;
        _headNormSums.Fold(chunks, 0, Parameters.Gradients(queryNorm));
        _headNormSums.Fold(chunks, d, Parameters.Gradients(keyNorm));
    }

    private void LinearBackward(
        ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, ParameterSlice weights, ParameterSlice? bias, int outputs, Span<float> dx)
    {
        _linear.InputGradient(dy, rows, Parameters.Values(weights), outputs, dx);
        _linear.WeightGradient(dy, x, rows, outputs, Parameters.Gradients(weights));
        if (bias is { } slice)
            _linear.BiasGradient(dy, rows, Parameters.Gradients(slice));
    }
}
