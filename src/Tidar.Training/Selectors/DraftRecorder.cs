using System.Runtime.InteropServices;
using Tidar.Kernels.Elementwise;
using Tidar.Training.Adapters;

namespace Tidar.Training.Selectors;

/// <summary>Keeps what a path selector sees of the drafts of an adapter's training passes.</summary>
/// <param name="blocks">Receives them.</param>
internal sealed class DraftRecorder(SelectorBlocks blocks)
{
    private MaskBatch? _batch;
    private int _first;

    /// <summary>Adds the blocks of a batch, whose documents are noted.</summary>
    public void Begin(MaskBatch batch)
    {
        (_batch, _first) = (batch, blocks.Count);
        foreach ((PreparedDocument document, int start) in batch.Blocks)
            blocks.SetText(blocks.Add(), document, start);
    }

    /// <summary>Block and slot of a target.</summary>
    public (int Block, int Slot) Place(int index)
    {
        (int block, int slot) = Math.DivRem(Targets[index].Row, blocks.Slots + 1);
        return (_first + block, slot);
    }

    /// <summary>Takes the candidates of a target's row from its logits; threads may do so for different targets.</summary>
    public void Keep(int index, ReadOnlySpan<float> logits)
    {
        (int block, int slot) = Place(index);
        if (slot == 0)
            return;
        int count = blocks.Candidates, first = (slot - 1) * count;
        Span<int> tokens = blocks.Tokens(block).Slice(first, count);
        LargestEntries.Find(logits, tokens, blocks.Logits(block).Slice(first, count));
        (PreparedDocument document, int start) = _batch!.Blocks[block - _first];
        blocks.FindMatches(block, slot, document, start);
        TokenDistribution target = Targets[index].Target;
        Span<float> teacher = blocks.Teacher(block).Slice(first, count);
        for (int c = 0; c < count; c++)
        {
            int place = target.Tokens.IndexOf(tokens[c]);
            teacher[c] = place < 0 ? 0 : target.Probabilities[place];
        }
    }

    /// <summary>Takes the hidden states of all targets as the LM head reads them, [targets, hidden].</summary>
    public void SetStates(ReadOnlySpan<float> hidden)
    {
        int width = hidden.Length / Targets.Length;
        for (int i = 0; i < Targets.Length; i++)
        {
            (int block, int slot) = Place(i);
            if (slot > 0)
                blocks.SetState(block, slot, hidden.Slice(i * width, width));
        }
    }

    private ReadOnlySpan<MaskTarget> Targets => CollectionsMarshal.AsSpan(_batch!.Targets);
}
