using System.Runtime.InteropServices;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
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
    private int[] _all = [];
    private int[] _targetAt = [];
    private double _scale;
    private MaskBatch? _batch;

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
        _blocks = new SelectorBlocks(mostBlocks, shape.Slots + 1, shape.Candidates, shape.HiddenSize, exact: true);
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

    /// <summary>Mean loss of the slots of the last pass, in nats, times its share.</summary>
    public double Loss { get; private set; }

    /// <summary>Prepares for a pass over a batch.</summary>
    /// <param name="batch">Its blocks, whose documents are noted.</param>
    /// <param name="scale">What the gradient is multiplied by beside its share.</param>
    public void Begin(MaskBatch batch, double scale)
    {
        (_batch, _scale) = (batch, scale);
        _blocks.Clear();
        foreach ((PreparedDocument document, int start) in batch.Blocks)
            _blocks.SetText(_blocks.Add(), document, start);
        if (_targetAt.Length < batch.Rows)
            (_targetAt, _all) = (new int[batch.Rows], [.. Enumerable.Range(0, batch.Rows)]);
        for (int i = 0; i < batch.Targets.Count; i++)
            _targetAt[batch.Targets[i].Row] = i;
    }

    /// <summary>Takes the candidates of a target's row from its logits; threads may do so for different targets.</summary>
    public void Keep(int index, ReadOnlySpan<float> logits)
    {
        (int block, int slot) = Place(index);
        if (slot == 0)
            return;
        int count = _blocks.Candidates, first = (slot - 1) * count;
        Span<int> tokens = _blocks.Tokens(block).Slice(first, count);
        LargestEntries.Find(logits, tokens, _blocks.Logits(block).Slice(first, count));
        TokenDistribution target = _batch!.Targets[index].Target;
        Span<float> teacher = _blocks.Teacher(block).Slice(first, count);
        for (int c = 0; c < count; c++)
        {
            int place = target.Tokens.IndexOf(tokens[c]);
            teacher[c] = place < 0 ? 0 : target.Probabilities[place];
        }
    }

    /// <summary>When the rows of all targets are known: adds to the selector's gradients and to those of the hidden states.</summary>
    /// <param name="hidden">Hidden states as the LM head reads them, [targets, hidden].</param>
    /// <param name="gradient">Their gradients, [targets, hidden].</param>
    public void AddGradients(ReadOnlySpan<float> hidden, Span<float> gradient)
    {
        int width = _row.Length;
        for (int i = 0; i < _batch!.Targets.Count; i++)
        {
            (int block, int slot) = Place(i);
            if (slot > 0)
                _blocks.SetState(block, slot, hidden.Slice(i * width, width));
        }

        (double loss, double weight) = _loss.Run(_all.AsSpan(0, _blocks.Count), addGradients: true, _share * _scale);
        Loss = weight > 0 ? _share * loss / weight : 0;
        float[] sums = new float[gradient.Length];
        _loss.ReadStateGradients((block, slot, state, logits) =>
        {
            Span<float> sum = sums.AsSpan(_targetAt[(block * (_blocks.Slots + 1)) + slot] * width, width);
            Activations.Add(sum, state, sum);
            ReadOnlySpan<int> tokens = _blocks.Tokens(block).Slice((slot - 1) * _blocks.Candidates, logits.Length);
            for (int c = 0; c < logits.Length; c++)
            {
                _head.ReadRows(tokens[c], 1, _row);
                Activations.AddScaled(sum, _row, logits[c], sum);
            }
        });
        Activations.Add(gradient, sums, gradient);
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _loss, Optimizer, Parameters, _blocks, _table })
            part.Dispose();
    }

    private (int Block, int Slot) Place(int index) => Math.DivRem(CollectionsMarshal.AsSpan(_batch!.Targets)[index].Row, _blocks.Slots + 1);
}
