using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// All decoder layers forward and backward, for trained and for frozen weights. The last layer is finished only for the rows whose result is asked for: of the others, nothing but keys and values
/// matters there. Buffers are kept from pass to pass and grow only when a larger batch comes.
/// </summary>
internal sealed class LayerStack : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly ModelConfig _config;
    private readonly IReadOnlyList<LayerWeights> _layers;
    private readonly Activation[] _inputs;
    private readonly LayerActivations[] _kept;
    private readonly bool _recomputes;
    private readonly NormLayer _norm;
    private readonly AttentionBlock _attention;
    private readonly Activation _output;
    private readonly Activation _hiddenGradient;
    private readonly Activation _inputGradient;
    private readonly Activation _attended;
    private readonly Activation _attendedGradient;
    private readonly Activation _statesGradient;
    private readonly Activation _activatedGradient;

    /// <summary>Creates the passes; the arguments outlive it.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="layers">Weights of every layer.</param>
    /// <param name="recomputes">Whether only the layers' inputs are kept and the rest is computed again in the backward pass (activation checkpointing).</param>
    public LayerStack(WorkerTeam team, ModelConfig config, IReadOnlyList<LayerWeights> layers, bool recomputes)
    {
        _team = team;
        _config = config;
        _layers = layers;
        _recomputes = recomputes;
        _inputs = [.. layers.Select(_ => new Activation(config.HiddenSize))];
        LayerActivations shared = new(config);
        _kept = [.. layers.Select((_, l) => recomputes || l == 0 ? shared : new LayerActivations(config))];
        _norm = new NormLayer(team, config.NormEpsilon);
        _attention = new AttentionBlock(team, config);
        _output = new Activation(config.HiddenSize);
        _hiddenGradient = new Activation(config.HiddenSize);
        _inputGradient = new Activation(config.HiddenSize);
        _attended = new Activation(config.QueryWidth);
        _attendedGradient = new Activation(config.QueryWidth);
        _statesGradient = new Activation(config.QueryWidth + (2 * config.KeyValueWidth));
        _activatedGradient = new Activation(config.IntermediateSize);
    }

    /// <summary>Where the first layer's input is to be written before a pass, [rows, hidden].</summary>
    public Span<float> Input(int rows) => _inputs[0].Rows(rows);

    /// <summary>Takes over the weights as they are now.</summary>
    public void Refresh()
    {
        foreach (LayerWeights layer in _layers)
            layer.Refresh();
    }

    /// <summary>Runs <see cref="Input"/> through all layers.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="outputRows">Rows whose result is wanted, ascending, at least one.</param>
    /// <param name="prefixes">What documents see beside their own rows; null where their clean rows are part of the batch.</param>
    /// <returns>The residual stream behind the last layer, [output rows, hidden].</returns>
    public Span<float> Forward(TrainingBatch batch, ReadOnlySpan<int> outputRows, IPrefixStores? prefixes)
    {
        _attention.Begin(batch, outputRows, prefixes);
        int last = _layers.Count - 1;
        for (int l = 0; l < last; l++)
        {
            ToMiddle(l, batch, outputRows, prefixes);
            MlpForward(l, batch.Rows, _inputs[l + 1].Rows(batch.Rows));
        }

        ToMiddle(last, batch, outputRows, prefixes);
        Span<float> output = _output.Rows(outputRows.Length);
        MlpForward(last, outputRows.Length, output);
        return output;
    }

    /// <summary>The way back of the last <see cref="Forward"/> with the same arguments; gradients of trained weights are added to.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="outputRows">Rows with a result.</param>
    /// <param name="prefixes">What documents see beside their own rows.</param>
    /// <param name="outputGradient">Gradient of the result, [output rows, hidden]; used up.</param>
    /// <param name="finished">Told the number of every layer that is done; may be null.</param>
    /// <returns>The gradient of the first layer's input, [rows, hidden].</returns>
    public ReadOnlySpan<float> Backward(
        TrainingBatch batch, ReadOnlySpan<int> outputRows, IPrefixStores? prefixes, Span<float> outputGradient, Action<int>? finished = null)
    {
        Span<float> gradient = _hiddenGradient.Rows(batch.Rows);
        for (int l = _layers.Count - 1; l >= 0; l--)
        {
            bool isLast = l == _layers.Count - 1;
            if (_recomputes && !isLast)
            {
                ToMiddle(l, batch, outputRows, prefixes);
                ToActivated(l, batch.Rows);
            }

            int rows = isLast ? outputRows.Length : batch.Rows;
            Span<float> now = isLast ? outputGradient : gradient;
            MlpBackward(l, rows, now);
            Span<float> attended = _attendedGradient.Rows(batch.Rows);
            Span<float> selected = isLast ? _attended.Rows(rows) : attended;
            _layers[l].Backward(LinearGroup.AttentionOutput, now, _kept[l].Attended.Rows(rows), rows, selected);
            if (isLast)
            {
                RowSelection.Scatter(_team, selected, outputRows, _config.QueryWidth, attended);
                RowSelection.Scatter(_team, now, outputRows, _config.HiddenSize, gradient);
            }

            FromAttended(l, batch, prefixes, attended, gradient);
            finished?.Invoke(l);
        }

        return gradient;
    }

    public void Dispose()
    {
        foreach (LayerActivations kept in _kept)
            kept.Dispose();
        foreach (IDisposable part in _inputs.Concat<IDisposable>(
        [
            _norm, _attention, _output, _hiddenGradient, _inputGradient, _attended, _attendedGradient, _statesGradient, _activatedGradient,
        ]))
        {
            part.Dispose();
        }
    }

    // From a layer's input to the residual stream between attention and MLP.
    private void ToMiddle(int l, TrainingBatch batch, ReadOnlySpan<int> outputRows, IPrefixStores? prefixes)
    {
        LayerWeights layer = _layers[l];
        LayerActivations kept = _kept[l];
        bool isLast = l == _layers.Count - 1;
        int rows = batch.Rows, count = isLast ? outputRows.Length : rows;
        Span<float> input = _inputs[l].Rows(rows), normalized = kept.AttentionInput.Rows(rows);
        _norm.Forward(input, rows, layer.Norm(LayerNorm.Attention), normalized);
        layer.Forward(LinearGroup.QueryKeyValue, normalized, rows, kept.States.Rows(rows));
        Span<float> attended = kept.Attended.Rows(count), all = isLast ? _attended.Rows(rows) : attended, middle = kept.Middle.Rows(count);
        _attention.Forward(layer, l, kept, batch, prefixes, isLast, all);
        if (isLast)
        {
            RowSelection.Gather(_team, all, outputRows, _config.QueryWidth, attended);
            RowSelection.Gather(_team, input, outputRows, _config.HiddenSize, middle);
        }
        else
        {
            input.CopyTo(middle);
        }

        Add(layer, LinearGroup.AttentionOutput, attended, count, middle);
    }

    private void MlpForward(int l, int rows, Span<float> output)
    {
        LayerActivations kept = _kept[l];
        ToActivated(l, rows);
        kept.Middle.Rows(rows).CopyTo(output);
        Add(_layers[l], LinearGroup.Down, kept.Activated.Rows(rows), rows, output);
    }

    private void ToActivated(int l, int rows)
    {
        LayerWeights layer = _layers[l];
        LayerActivations kept = _kept[l];
        Span<float> normalized = kept.MlpInput.Rows(rows), gateUp = kept.GateUp.Rows(rows);
        _norm.Forward(kept.Middle.Rows(rows), rows, layer.Norm(LayerNorm.Mlp), normalized);
        layer.Forward(LinearGroup.GateUp, normalized, rows, gateUp);
        SwiGluJob job = new(gateUp, layer.Bias(LinearGroup.GateUp), kept.Activated.Rows(rows), kept.Activated.Width);
        _team.Run(ref job, rows);
    }

    // output += x·Wᵀ + b
    private void Add(LayerWeights layer, LinearGroup group, ReadOnlySpan<float> x, int rows, Span<float> output)
    {
        layer.Forward(group, x, rows, output, accumulate: true);
        ReadOnlySpan<float> bias = layer.Bias(group);
        if (bias.IsEmpty)
            return;
        AddBiasJob job = new(output, rows, bias);
        _team.Run(ref job, RowChunks.Count(rows));
    }

    // gradient: of the layer's output on entry, of the residual stream between attention and MLP on return.
    private void MlpBackward(int l, int rows, Span<float> gradient)
    {
        LayerWeights layer = _layers[l];
        LayerActivations kept = _kept[l];
        Span<float> activated = _activatedGradient.Rows(rows), gateUp = kept.GateUp.Rows(rows), input = _inputGradient.Rows(rows);
        layer.Backward(LinearGroup.Down, gradient, kept.Activated.Rows(rows), rows, activated);
        SwiGluGradientJob job = new(gateUp, activated, rows, _config.IntermediateSize);
        _team.Run(ref job, RowChunks.Count(rows));
        layer.Backward(LinearGroup.GateUp, gateUp, kept.MlpInput.Rows(rows), rows, input);
        _norm.Backward(kept.Middle.Rows(rows), rows, layer.Norm(LayerNorm.Mlp), input, gradient, layer.NormGradient(LayerNorm.Mlp), accumulate: true);
    }

    // gradient: of the residual stream between attention and MLP on entry, of the layer's input on return.
    private void FromAttended(int l, TrainingBatch batch, IPrefixStores? prefixes, ReadOnlySpan<float> attendedGradient, Span<float> gradient)
    {
        LayerWeights layer = _layers[l];
        LayerActivations kept = _kept[l];
        int rows = batch.Rows;
        Span<float> states = _statesGradient.Rows(rows), input = _inputGradient.Rows(rows);
        _attention.Backward(layer, l, kept, batch, prefixes, attendedGradient, states);
        layer.Backward(LinearGroup.QueryKeyValue, states, kept.AttentionInput.Rows(rows), rows, input);
        _norm.Backward(
            _inputs[l].Rows(rows), rows, layer.Norm(LayerNorm.Attention), input, gradient, layer.NormGradient(LayerNorm.Attention), accumulate: true);
    }
}
