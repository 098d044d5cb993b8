using System.Runtime.InteropServices;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Training.Backpropagation;
using Tidar.Training.Selectors;

namespace Tidar.Training.Adapters;

/// <summary>
/// Mask rows through the adapted model, forward and backward. They see the keys and values of clean tokens, which do not depend on the adapter, so
/// nothing propagates through the clean half; frozen matrices get no gradient. A pass's bits do not depend on the number of threads.
/// </summary>
public sealed class MaskRowDecoder : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly ModelConfig _config;
    private readonly AdapterParameters _parameters;
    private readonly LinearGradient _gradient;
    private readonly MaskLayer[] _layers;
    private readonly LayerStack _stack;
    private readonly ChunkedHead _head;
    private readonly CachedPrefixes _prefixes;
    private readonly ReachWeights? _reach;
    private int[] _outputRows = [];

    /// <summary>Creates the passes; team, frozen and parameters outlive it.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="frozen">The base model.</param>
    /// <param name="parameters">The adapter.</param>
    /// <param name="reachShare">How far slots count by the probability that those before them are right: from 0 (not) to 1. It weighs gradients alone; losses stay as they are.</param>
    public MaskRowDecoder(WorkerTeam team, FrozenDecoder frozen, AdapterParameters parameters, double reachShare = 0)
    {
        _reach = reachShare > 0 ? new ReachWeights(parameters.Shape.DraftLength, reachShare) : null;
        _team = team;
        _parameters = parameters;
        _config = frozen.Config;
        _gradient = new LinearGradient(team, TrainingPrecision.Float32);
        _layers = [.. frozen.Layers.Select((layer, l) => new MaskLayer(layer, parameters, l, team, _gradient, frozen.FactorOperand))];
        _stack = new LayerStack(team, _config, _layers, recomputes: false);
        _head = new ChunkedHead(team, _config, frozen);
        _prefixes = new CachedPrefixes(team, _config);
        Refresh();
    }

    /// <summary>Whether the likeliest token was the right one, for each target of the last pass that was to tell.</summary>
    public ReadOnlySpan<bool> Correct => _head.Correct;

    /// <summary>Takes over the adapter's weights as they are now; to be called when they have changed.</summary>
    public void Refresh() => _stack.Refresh();

    /// <summary>Σ weight · loss of a batch's targets.</summary>
    public double Evaluate(MaskBatch batch) => Evaluate(batch, recorder: null);

    /// <summary>The same, and tells what the rows predict.</summary>
    internal double Evaluate(MaskBatch batch, DraftRecorder? recorder)
    {
        recorder?.Begin(batch);
        if (batch.Targets.Count > 0)
            _head.Evaluate(new MaskTargets(CollectionsMarshal.AsSpan(batch.Targets), 0, recorder: recorder), Forward(batch));
        return Sum(batch);
    }

    /// <summary>The same; <paramref name="scale"/> times its gradient is added to the adapter's gradients.</summary>
    public double AddGradients(MaskBatch batch, double scale) => AddGradients(batch, scale, selector: null, judges: false);

    /// <summary>The same with a path selector's loss beside it, which has been told of the batch.</summary>
    /// <param name="batch">Blocks and targets.</param>
    /// <param name="scale">What the gradient is multiplied by.</param>
    /// <param name="selector">The selector's loss; null for none.</param>
    /// <param name="judges">Whether <see cref="Correct"/> is wanted, which looks for the largest logit of every row.</param>
    internal double AddGradients(MaskBatch batch, double scale, SelectorTerm? selector, bool judges)
    {
        if (batch.Targets.Count == 0)
            return 0;
        Span<float> outputs = Forward(batch);
        _reach?.Begin(batch.Targets.Count);
        Span<float> gradient = _head.Differentiate(new MaskTargets(CollectionsMarshal.AsSpan(batch.Targets), scale, _reach, selector?.Recorder, selector), outputs, judges);
        ReadOnlySpan<float> input = _stack.Backward(batch.Layout, _outputRows.AsSpan(0, batch.Targets.Count), _prefixes, gradient);
        EmbeddingGradientJob job = new(batch.Layout, input, _parameters.Gradients(_parameters.MaskEmbedding), _config.HiddenSize);
        _team.Run(ref job, EmbeddingGradientJob.Items(_config.HiddenSize));
        return Sum(batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in _layers.Concat<IDisposable>([_stack, _head, _prefixes, _gradient]))
            part.Dispose();
    }

    private Span<float> Forward(MaskBatch batch)
    {
        int count = batch.Targets.Count;
        if (_outputRows.Length < count)
            _outputRows = new int[count];
        for (int i = 0; i < count; i++)
            _outputRows[i] = batch.Targets[i].Row;
        _prefixes.Use(batch.Prefixes);
        EmbeddingJob job = new(batch.Layout, _parameters.Values(_parameters.MaskEmbedding), _stack.Input(batch.Rows), _config.HiddenSize);
        _team.Run(ref job, RowChunks.Count(batch.Rows));
        return _stack.Forward(batch.Layout, _outputRows.AsSpan(0, count), _prefixes);
    }

    private double Sum(MaskBatch batch)
    {
        double total = 0;
        for (int i = 0; i < batch.Targets.Count; i++)
            total += (double)batch.Targets[i].Weight * _head.Losses[i];
        return total;
    }
}
