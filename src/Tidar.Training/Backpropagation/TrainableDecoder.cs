using System.Runtime.InteropServices;
using Tidar.Kernels.Threading;
using Tidar.Training.Losses;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// The decoder with its hand-written backward pass. Products with weights run in the run's precision, everything else in float32. A pass's bits depend on
/// parameters and batch alone, not on the number of threads.
/// </summary>
public sealed class TrainableDecoder : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly ParameterSlice _embedding;
    private readonly LinearGradient _gradient;
    private readonly TrainedLayer[] _layers;
    private readonly LayerStack _stack;
    private readonly TrainedHead _headWeights;
    private readonly ChunkedHead _head;
    private readonly long _headStart;
    private readonly Action<int> _layerFinished;
    private IGradientListener? _listener;
    private int[] _outputRows = [];
    private bool _isRefreshed;

    /// <summary>Creates the passes over <paramref name="parameters"/>, whose values may still change until <see cref="Refresh"/>; both arguments outlive it.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="parameters">Weights and gradients.</param>
    /// <param name="precision">Arithmetic of the products with weights.</param>
    /// <param name="recomputes">Activation checkpointing: keeps only the layers' inputs and computes the rest again in the backward pass, to the same bits.</param>
    public TrainableDecoder(
        WorkerTeam team, ParameterSet parameters, TrainingPrecision precision = TrainingPrecision.Float32, bool recomputes = false)
    {
        _team = team;
        Parameters = parameters;
        _embedding = parameters["model.embed_tokens.weight"].Slice;
        _headStart = parameters["model.norm.weight"].Slice.Start;
        _layerFinished = l => _listener?.Finished(_layers![l].Start);
        _gradient = new LinearGradient(team, precision);
        _layers = [.. Enumerable.Range(0, parameters.Config.LayerCount).Select(l => new TrainedLayer(team, precision, parameters, _gradient, l))];
        _stack = new LayerStack(team, parameters.Config, _layers, recomputes);
        _headWeights = new TrainedHead(team, precision, parameters, _gradient);
        _head = new ChunkedHead(team, parameters.Config, _headWeights);
    }

    /// <summary>The weights, and the gradients that <see cref="AddGradients"/> adds to.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Whether the likeliest token of each target was the right one, in the order of the batch's targets, after <see cref="Evaluate"/>.</summary>
    internal ReadOnlySpan<bool> Correct => _head.Correct;

    /// <summary>Takes over the weights as they are now; to be called before the first pass and whenever they have changed.</summary>
    public void Refresh()
    {
        _stack.Refresh();
        _headWeights.Refresh();
        _isRefreshed = true;
    }

    /// <summary>The losses of a batch.</summary>
    public LossSums Evaluate(TrainingBatch batch)
    {
        if (batch.Targets.Count > 0)
            _head.Evaluate(new LossTargets(CollectionsMarshal.AsSpan(batch.Targets), default), Forward(batch), Parameters.Config.Tidar?.MaskTokenId ?? -1);
        return Sum(batch);
    }

    /// <summary>The losses of a batch; the gradient of the weighted loss is added to the parameters' gradients.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="weights">What a target of each half counts.</param>
    /// <param name="listener">Is told which gradients are final while the pass goes on; may be null.</param>
    public LossSums AddGradients(TrainingBatch batch, LossWeights weights, IGradientListener? listener = null)
    {
        _listener = listener;
        Span<float> outputs = batch.Targets.Count > 0 ? Forward(batch) : [];
        listener?.Begin();
        if (batch.Targets.Count > 0)
            Backward(batch, weights, outputs);
        listener?.Finished(0);
        return Sum(batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in _layers.Concat<IDisposable>([_stack, _head, _headWeights, _gradient]))
            part.Dispose();
    }

    private Span<float> Forward(TrainingBatch batch)
    {
        if (!_isRefreshed)
            throw new InvalidOperationException("no weights were taken over");
        int count = batch.Targets.Count;
        if (_outputRows.Length < count)
            _outputRows = new int[count];
        for (int i = 0; i < count; i++)
            _outputRows[i] = batch.Targets[i].Row;
        EmbeddingJob job = new(batch, Parameters.Values(_embedding), _stack.Input(batch.Rows), Parameters.Config.HiddenSize);
        _team.Run(ref job, RowChunks.Count(batch.Rows));
        return _stack.Forward(batch, _outputRows.AsSpan(0, count), prefixes: null);
    }

    private void Backward(TrainingBatch batch, LossWeights weights, Span<float> outputs)
    {
        int width = Parameters.Config.HiddenSize;
        Span<float> gradient = _head.Differentiate(new LossTargets(CollectionsMarshal.AsSpan(batch.Targets), weights), outputs);
        _listener?.Finished(_headStart);
        ReadOnlySpan<float> input = _stack.Backward(batch, _outputRows.AsSpan(0, batch.Targets.Count), prefixes: null, gradient, _layerFinished);
        EmbeddingGradientJob job = new(batch, input, Parameters.Gradients(_embedding), width);
        _team.Run(ref job, EmbeddingGradientJob.Items(width));
    }

    private LossSums Sum(TrainingBatch batch)
    {
        double autoregressive = 0, diffusion = 0;
        ReadOnlySpan<float> losses = _head.Losses;
        for (int i = 0; i < batch.Targets.Count; i++)
        {
            LossTarget target = batch.Targets[i];
            if (target.IsDiffusion)
                diffusion += (double)target.Weight * losses[i];
            else
                autoregressive += losses[i];
        }

        return new LossSums(autoregressive, diffusion, batch.AutoregressiveTargets, batch.DiffusionTargets);
    }
}
