using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// Final norm, LM head and cross-entropy of the rows that have a target, in chunks of rows: only a chunk's logits exist at any time, and their gradients
/// replace them at once.
/// </summary>
internal sealed class ChunkedHead : IDisposable
{
    // A chunk adds to the gradient of the whole head and reads its weights twice: it must be large enough for the products to outweigh that.
    private const int ChunkLogits = 1 << 24;
    private const int FewestRows = 256;

    private readonly WorkerTeam _team;
    private readonly IHeadWeights _weights;
    private readonly int _vocabulary;
    private readonly NormLayer _norm;
    private readonly Activation _normalized;
    private readonly Activation _gradient;
    private readonly Activation _logits;
    private float[] _losses = [];
    private bool[] _correct = [];

    public ChunkedHead(WorkerTeam team, ModelConfig config, IHeadWeights weights)
    {
        _team = team;
        _weights = weights;
        _vocabulary = config.VocabularySize;
        _norm = new NormLayer(team, config.NormEpsilon);
        _normalized = new Activation(config.HiddenSize);
        _gradient = new Activation(config.HiddenSize);
        _logits = new Activation(config.VocabularySize);
    }

    /// <summary>Unweighted loss of each target of the last run, in nats.</summary>
    public ReadOnlySpan<float> Losses => _losses;

    /// <summary>Whether the likeliest token of each target was the right one, where that was wanted.</summary>
    public ReadOnlySpan<bool> Correct => _correct;

    /// <summary>Losses alone.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="hidden">Residual stream after the last layer of each target's row, [targets, hidden].</param>
    /// <param name="banned">A token that decoding never chooses, and so never counts as the likeliest; -1 for none.</param>
    public void Evaluate<TTargets>(TTargets targets, Span<float> hidden, int banned = -1)
        where TTargets : struct, IHeadTargets, allows ref struct => Run(targets, hidden, [], judges: true, banned);

    /// <summary>Losses, and the gradients of head, norm and <paramref name="hidden"/>.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="hidden">Residual stream after the last layer of each target's row, [targets, hidden].</param>
    /// <param name="judges">Whether <see cref="Correct"/> is wanted as well.</param>
    /// <returns>The gradient of <paramref name="hidden"/>; its memory is reused by the next run.</returns>
    public Span<float> Differentiate<TTargets>(TTargets targets, Span<float> hidden, bool judges = false)
        where TTargets : struct, IHeadTargets, allows ref struct
    {
        Span<float> gradient = _gradient.Rows(targets.Count);
        Run(targets, hidden, gradient, judges, banned: -1);
        _norm.Backward(hidden, targets.Count, _weights.Norm, gradient, gradient, _weights.NormGradient, accumulate: false);
        return gradient;
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _norm, _normalized, _gradient, _logits })
            part.Dispose();
    }

    private void Run<TTargets>(TTargets targets, Span<float> hidden, Span<float> gradient, bool judges, int banned)
        where TTargets : struct, IHeadTargets, allows ref struct
    {
        int count = targets.Count, width = _normalized.Width, chunkRows = Math.Max(FewestRows, ChunkLogits / _vocabulary);
        if (_losses.Length < count)
            (_losses, _correct) = (new float[count], new bool[count]);
        Span<float> normalized = _normalized.Rows(count);
        _norm.Forward(hidden, count, _weights.Norm, normalized);
        for (int first = 0; first < count; first += chunkRows)
        {
            int rows = Math.Min(chunkRows, count - first);
            ReadOnlySpan<float> x = normalized.Slice(first * width, rows * width);
            Span<float> logits = _logits.Rows(rows);
            _weights.Matrix.Forward(x, rows, logits);
            CrossEntropyJob<TTargets> job = new(targets, first, logits, _vocabulary, _losses, judges ? _correct : [], banned);
            _team.Run(ref job, rows);
            if (!gradient.IsEmpty)
                _weights.Matrix.Backward(logits, x, rows, gradient.Slice(first * width, rows * width));
        }

        targets.Finish(normalized, gradient);
    }

    private ref struct CrossEntropyJob<TTargets>(
        TTargets targets, int first, Span<float> logits, int vocabulary, Span<float> losses, Span<bool> correct, int banned) : IJob
        where TTargets : struct, IHeadTargets, allows ref struct
    {
        private readonly Span<float> _logits = logits;
        private readonly Span<float> _losses = losses;
        private readonly Span<bool> _correct = correct;
        private TTargets _targets = targets;

        public void Execute(int item, int worker)
        {
            Span<float> row = _logits.Slice(item * vocabulary, vocabulary);
            if (!_correct.IsEmpty)
                _correct[first + item] = Likeliest(row) == _targets.Token(first + item);
            _losses[first + item] = _targets.Loss(first + item, row);
        }

        private int Likeliest(Span<float> row)
        {
            if (banned < 0)
                return Reduction.ArgMax(row);
            float logit = row[banned];
            row[banned] = float.NegativeInfinity;
            int likeliest = Reduction.ArgMax(row);
            row[banned] = logit;
            return likeliest;
        }
    }
}
