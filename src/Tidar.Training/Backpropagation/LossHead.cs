using System.Runtime.InteropServices;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Training.Losses;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// Final norm, LM head and cross-entropy of the rows that have a target, in chunks of rows: only a chunk's logits exist at any time, and their gradients
/// replace them at once.
/// </summary>
internal sealed class LossHead : IDisposable
{
    // Logits of a chunk stay near the second-level caches; never fewer rows than the multiply kernel needs to be fast.
    private const int ChunkLogits = 1 << 20;
    private const int FewestRows = 64;

    private readonly WorkerTeam _team;
    private readonly ParameterSet _parameters;
    private readonly ParameterSlice _normWeight;
    private readonly ParameterSlice _headWeight;
    private readonly NormLayer _norm;
    private readonly Activation _hidden;
    private readonly Activation _normalized;
    private readonly Activation _gradient;
    private readonly Activation _logits;
    private readonly PackedOperand _headTransposed = new();
    private readonly PackedOperand _head = new();
    private readonly PackedOperand _inputs = new();
    private AlignedBuffer<float> _transposed = new(0);
    private float[] _losses = [];

    public LossHead(WorkerTeam team, ParameterSet parameters)
    {
        _team = team;
        _parameters = parameters;
        int hidden = parameters.Config.HiddenSize;
        _normWeight = parameters["model.norm.weight"].Slice;
        _headWeight = parameters[parameters.Config.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"].Slice;
        _norm = new NormLayer(team, parameters.Config.NormEpsilon);
        _hidden = new Activation(hidden);
        _normalized = new Activation(hidden);
        _gradient = new Activation(hidden);
        _logits = new Activation(parameters.Config.VocabularySize);
    }

    /// <summary>Losses of all targets; with a gradient also every gradient of head and norm, and dhidden.</summary>
    /// <param name="batch">The targets.</param>
    /// <param name="hidden">Residual stream after the last layer, [rows, hidden].</param>
    /// <param name="weights">What a target of each half counts.</param>
    /// <param name="hiddenGradient">Receives the gradient of <paramref name="hidden"/>; empty for losses alone.</param>
    public LossSums Run(TrainingBatch batch, ReadOnlySpan<float> hidden, LossWeights weights, Span<float> hiddenGradient)
    {
        ReadOnlySpan<LossTarget> targets = CollectionsMarshal.AsSpan(batch.Targets);
        bool needsGradient = !hiddenGradient.IsEmpty;
        int width = _hidden.Width, count = targets.Length;
        if (_losses.Length < count)
            _losses = new float[count];
        Span<float> selected = _hidden.Rows(count), normalized = _normalized.Rows(count), gradient = _gradient.Rows(count);
        for (int i = 0; i < count; i++)
            hidden.Slice(targets[i].Row * width, width).CopyTo(selected[(i * width)..]);
        _norm.Forward(selected, count, _parameters.Values(_normWeight), normalized);
        RunChunks(targets, normalized, weights, gradient, needsGradient);
        if (needsGradient)
        {
            _norm.Backward(selected, count, _parameters.Values(_normWeight), gradient, gradient, _parameters.Gradients(_normWeight), accumulate: false);
            hiddenGradient.Clear();
            for (int i = 0; i < count; i++)
                gradient.Slice(i * width, width).CopyTo(hiddenGradient[(targets[i].Row * width)..]);
        }

        return Sum(batch, targets);
    }

    public void Dispose()
    {
        _norm.Dispose();
        _hidden.Dispose();
        _normalized.Dispose();
        _gradient.Dispose();
        _logits.Dispose();
        _headTransposed.Dispose();
        _head.Dispose();
        _inputs.Dispose();
        _transposed.Dispose();
    }

    private void RunChunks(ReadOnlySpan<LossTarget> targets, ReadOnlySpan<float> normalized, LossWeights weights, Span<float> gradient, bool needsGradient)
    {
        int vocabulary = _parameters.Config.VocabularySize, width = _hidden.Width;
        int chunkRows = Math.Max(FewestRows, ChunkLogits / vocabulary);
        Span<float> head = _parameters.Values(_headWeight);
        _headTransposed.PackTransposed(_team, head, vocabulary, width);
        if (needsGradient)
        {
            _head.Pack(_team, head, vocabulary, width);
            BufferGrowth.Reserve(ref _transposed, (long)chunkRows * vocabulary);
        }

        for (int first = 0; first < targets.Length; first += chunkRows)
        {
            int rows = Math.Min(chunkRows, targets.Length - first);
            ReadOnlySpan<float> x = normalized.Slice(first * width, rows * width);
            Span<float> logits = _logits.Rows(rows);
            _headTransposed.Multiply(_team, x, rows, logits);
            CrossEntropyJob job = new(targets.Slice(first, rows), logits, vocabulary, weights, _losses.AsSpan(first, rows));
            _team.Run(ref job, rows);
            if (!needsGradient)
                continue;
            _head.Multiply(_team, logits, rows, gradient.Slice(first * width, rows * width));
            Span<float> transposed = _transposed.Slice(0, rows * vocabulary);
            Transposition.Run(_team, logits, rows, vocabulary, transposed);
            _inputs.Pack(_team, x, rows, width);
            _inputs.Multiply(_team, transposed, vocabulary, _parameters.Gradients(_headWeight), accumulate: true);
        }
    }

    private LossSums Sum(TrainingBatch batch, ReadOnlySpan<LossTarget> targets)
    {
        double autoregressive = 0, diffusion = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i].IsDiffusion)
                diffusion += (double)targets[i].Weight * _losses[i];
            else
                autoregressive += _losses[i];
        }

        return new LossSums(autoregressive, diffusion, batch.AutoregressiveTargets, batch.DiffusionTargets);
    }

    private readonly ref struct CrossEntropyJob(
        ReadOnlySpan<LossTarget> targets, Span<float> logits, int vocabulary, LossWeights weights, Span<float> losses) : IJob
    {
        private readonly ReadOnlySpan<LossTarget> _targets = targets;
        private readonly Span<float> _logits = logits;
        private readonly Span<float> _losses = losses;

        public void Execute(int item, int worker)
        {
            LossTarget target = _targets[item];
            double weight = target.IsDiffusion ? weights.Diffusion * target.Weight : weights.Autoregressive;
            _losses[item] = CrossEntropy.Run(_logits.Slice(item * vocabulary, vocabulary), target.Token, (float)weight);
        }
    }
}
