using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Training.Adapters;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Selectors;

/// <summary>
/// The loss of a path selector that is trained together with an adapter: the selector learns from all drafts of the training, and the drafter's hidden states and logits learn what the selector needs of them, namely which token
/// fits behind which, where a slot's own prediction can only say which tokens are likely.
/// </summary>
internal sealed class SelectorTerm : IDisposable
{
    private readonly double _share;
    private readonly WeightTensor _head;
    private readonly SelectorBlocks _blocks;
    private readonly TokenTable _table;
    private readonly SelectorLoss _loss;
    private readonly float[] _row;
    private readonly Activation _sums;
    private int[] _all = [];
    private int[] _targetAt = [];
    private int[] _reached = [];
    private double _scale;

    /// <summary>Creates it with a selector of zeros; team and tensors outlive it.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="shape">The selector's shape.</param>
    /// <param name="settings">Its optimizer's.</param>
    /// <param name="embedding">The model's embedding, [vocabulary, hidden].</param>
    /// <param name="head">The LM head, [vocabulary, hidden].</param>
    /// <param name="share">What its loss counts beside the slots' own.</param>
    /// <param name="mostBlocks">Most blocks of a pass.</param>
    public SelectorTerm(WorkerTeam team, SelectorShape shape, AdamWSettings settings, WeightTensor embedding, WeightTensor head, double share, int mostBlocks)
    {
        (_share, _head) = (share, head);
        _row = new float[shape.HiddenSize];
        _sums = new Activation(shape.HiddenSize);
        _blocks = new SelectorBlocks(mostBlocks, shape.Slots + 1, shape.Candidates, shape.HiddenSize, exact: true);
        Recorder = new DraftRecorder(_blocks);
        _table = new TokenTable(embedding);
        Parameters = new SelectorParameters(shape);
        Optimizer = new AdamW(team, Parameters, settings);

        // The targets hold as much of the AR half's probabilities as the recipe wants.
        _loss = new SelectorLoss(team, Parameters, _blocks, _table, slotDecay: 1, mostBlocks, softShare: 1);
    }

    /// <summary>The selector.</summary>
    public SelectorParameters Parameters { get; }

    /// <summary>Its optimizer.</summary>
    public AdamW Optimizer { get; }

    /// <summary>To be told what the slots of a pass predict.</summary>
    public DraftRecorder Recorder { get; }

    /// <summary>Mean loss of the slots of the last pass, in nats, times its share.</summary>
    public double Loss { get; private set; }

    /// <summary>How many tokens of each block of the last pass a draft by the selector gets right, the decided one among them.</summary>
    public ReadOnlySpan<int> Reached => _reached.AsSpan(0, _blocks.Count);

    /// <summary>Prepares for a pass over a batch.</summary>
    /// <param name="batch">Its blocks, whose documents are noted.</param>
    /// <param name="scale">What the gradient is multiplied by beside its share.</param>
    public void Begin(MaskBatch batch, double scale)
    {
        (_scale, Loss) = (scale, 0);
        _blocks.Clear();
        Recorder.Begin(batch);
        if (_targetAt.Length < batch.Rows)
            (_targetAt, _all, _reached) = (new int[batch.Rows], [.. Enumerable.Range(0, batch.Rows)], new int[batch.Rows]);
        _reached.AsSpan(0, batch.Blocks.Count).Fill(1); // as far as the blocks of a batch without targets get
        for (int i = 0; i < batch.Targets.Count; i++)
            _targetAt[batch.Targets[i].Row] = i;
    }

    /// <summary>When everything is recorded: adds to the selector's gradients and to those of the hidden states.</summary>
    /// <param name="gradient">Gradients of the hidden states as the LM head reads them, [targets, hidden].</param>
    public void AddGradients(Span<float> gradient)
    {
        int width = _row.Length;
        ReadOnlySpan<int> all = _all.AsSpan(0, _blocks.Count);
        (double loss, double weight) = _loss.Run(all, addGradients: true, _share * _scale);
        _loss.ReadReached(all, _reached);
        Loss = weight > 0 ? _share * loss / weight : 0;
        int rows = gradient.Length / width;
        _sums.Rows(rows).Clear();
        _loss.ReadStateGradients((block, slot, state, logits) =>
        {
            Span<float> sum = _sums.Rows(rows).Slice(_targetAt[(block * (_blocks.Slots + 1)) + slot] * width, width);
            Activations.Add(sum, state, sum);
            ReadOnlySpan<int> tokens = _blocks.Tokens(block).Slice((slot - 1) * _blocks.Candidates, logits.Length);
            for (int c = 0; c < logits.Length; c++)
            {
                _head.ReadRows(tokens[c], 1, _row);
                Activations.AddScaled(sum, _row, logits[c], sum);
            }
        });
        Activations.Add(gradient, _sums.Rows(rows), gradient);
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _loss, Optimizer, Parameters, _blocks, _table, _sums })
            part.Dispose();
    }
}
