using System.Runtime.InteropServices;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>
/// Final norm, LM head and cross-entropy of the mask rows that have a target, in chunks of rows: only a chunk's logits exist at any time. Neither norm nor head is
/// trained.
/// </summary>
internal sealed class FrozenHead : IDisposable
{
    // Logits of a chunk stay near the caches; never fewer rows than the multiply kernel needs to be fast.
    private const int ChunkLogits = 1 << 21;
    private const int FewestRows = 96;

    private readonly WorkerTeam _team;
    private readonly FrozenDecoder _frozen;
    private readonly NormLayer _norm;
    private readonly Activation _hidden;
    private readonly Activation _normalized;
    private readonly Activation _gradient;
    private readonly Activation _logits;
    private float[] _losses = [];
    private bool[] _correct = [];

    public FrozenHead(WorkerTeam team, FrozenDecoder frozen)
    {
        (_team, _frozen) = (team, frozen);
        int hidden = frozen.Config.HiddenSize;
        _norm = new NormLayer(team, frozen.Config.NormEpsilon);
        _hidden = new Activation(hidden);
        _normalized = new Activation(hidden);
        _gradient = new Activation(hidden);
        _logits = new Activation(frozen.Config.VocabularySize);
    }

    /// <summary>Whether the likeliest token of each target of the last run was the right one.</summary>
    public ReadOnlySpan<bool> Correct => _correct;

    /// <summary>Σ weight · loss over all targets, in nats.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="hidden">Residual stream after the last layer, [rows, hidden].</param>
    /// <param name="scale">What a target's weight is multiplied by in the gradient.</param>
    /// <param name="hiddenGradient">Receives the gradient of <paramref name="hidden"/>; empty for losses alone.</param>
    public double Run(List<MaskTarget> targets, ReadOnlySpan<float> hidden, double scale, Span<float> hiddenGradient)
    {
        int width = _hidden.Width, count = targets.Count;
        if (_losses.Length < count)
            (_losses, _correct) = (new float[count], new bool[count]);
        Span<float> selected = _hidden.Rows(count), normalized = _normalized.Rows(count), gradient = _gradient.Rows(count);
        for (int i = 0; i < count; i++)
            hidden.Slice(targets[i].Row * width, width).CopyTo(selected[(i * width)..]);
        _norm.Forward(selected, count, _frozen.FinalNorm, normalized);
        bool needsGradient = !hiddenGradient.IsEmpty;
        RunChunks(CollectionsMarshal.AsSpan(targets), normalized, scale, needsGradient ? gradient : default);
        if (needsGradient)
        {
            _norm.Backward(selected, count, _frozen.FinalNorm, gradient, gradient, default, accumulate: false);
            hiddenGradient.Clear();
            for (int i = 0; i < count; i++)
                gradient.Slice(i * width, width).CopyTo(hiddenGradient[(targets[i].Row * width)..]);
        }

        double total = 0;
        for (int i = 0; i < count; i++)
            total += (double)targets[i].Weight * _losses[i];
        return total;
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _norm, _hidden, _normalized, _gradient, _logits })
            part.Dispose();
    }

    private void RunChunks(ReadOnlySpan<MaskTarget> targets, ReadOnlySpan<float> normalized, double scale, Span<float> gradient)
    {
        int vocabulary = _frozen.Config.VocabularySize, width = _hidden.Width;
        int chunkRows = Math.Max(FewestRows, ChunkLogits / vocabulary);
        for (int first = 0; first < targets.Length; first += chunkRows)
        {
            int rows = Math.Min(chunkRows, targets.Length - first);
            Span<float> logits = _logits.Rows(rows);
            _frozen.Head.Forward(normalized.Slice(first * width, rows * width), rows, logits);
            CrossEntropyJob job = new(targets.Slice(first, rows), logits, vocabulary, scale, _losses.AsSpan(first, rows), _correct.AsSpan(first, rows));
            _team.Run(ref job, rows);
            if (!gradient.IsEmpty)
                _frozen.Head.InputGradient(logits, rows, gradient.Slice(first * width, rows * width));
        }
    }

    private readonly ref struct CrossEntropyJob(
        ReadOnlySpan<MaskTarget> targets, Span<float> logits, int vocabulary, double scale, Span<float> losses, Span<bool> correct) : IJob
    {
        private readonly ReadOnlySpan<MaskTarget> _targets = targets;
        private readonly Span<float> _logits = logits;
        private readonly Span<float> _losses = losses;
        private readonly Span<bool> _correct = correct;

        public void Execute(int item, int worker)
        {
            MaskTarget target = _targets[item];
            Span<float> row = _logits.Slice(item * vocabulary, vocabulary);
            _correct[item] = Reduction.ArgMax(row) == target.Target.Token;
            _losses[item] = CrossEntropy.Run(row, target.Target.Tokens, target.Target.Probabilities, (float)(target.Weight * scale));
        }
    }
}
