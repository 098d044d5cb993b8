using Tidar.Decoding.Sequences;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Strategies;

/// <summary>Chooses the tokens of a draft slot by slot: each from its own row, or with a path selector along the tokens chosen before it.</summary>
internal sealed class DraftPath
{
    private readonly TokenSequence _sequence;
    private readonly PathSelector? _selector;
    private readonly int[] _text = [];
    private readonly int[] _tokens = [];
    private readonly float[] _scores = [];

    /// <summary>Creates it for drafts of <paramref name="draftLength"/> tokens; without a selector every slot is chosen by itself.</summary>
    public DraftPath(TokenSequence sequence, PathSelector? selector, int draftLength)
    {
        _sequence = sequence;
        _selector = selector;
        if (selector is null)
            return;
        _text = new int[selector.Predecessors - 1 + draftLength];
        _tokens = new int[selector.Candidates];
        _scores = new float[selector.Candidates];
    }

    /// <summary>Chooses slots 1 … K-1 behind slot 0, which is decided.</summary>
    /// <param name="pass">The pass, which has the logits, or candidates, and hidden states of the block's rows.</param>
    /// <param name="block">Row of slot 0.</param>
    /// <param name="position">Position of slot 0.</param>
    /// <param name="draft">The draft, [K].</param>
    public void Choose(SequencePass pass, int block, int position, Span<int> draft)
    {
        int before = _selector is null ? 0 : _selector.Predecessors - 1;
        for (int i = 0; i < before; i++)
            _text[i] = position - before + i < 0 ? -1 : _sequence.Tokens[position - before + i];
        for (int slot = 1; slot < draft.Length; slot++)
        {
            // Slots see in their history what stands before them in the draft, as the rows that verify them will.
            _sequence.Sampler.Push(draft[slot - 1]);
            if (_selector is null)
            {
                draft[slot] = _sequence.Guess(pass, block + slot, position + slot);
                continue;
            }

            _text[before + slot - 1] = draft[slot - 1];
            float temperature = _sequence.Candidates(pass, block + slot, position + slot, _tokens, _scores);
            _selector.Score(slot, pass.State(block + slot), _text.AsSpan(0, before + slot), _tokens, _scores, temperature);
            draft[slot] = _sequence.Sampler.ChooseAmong(_tokens, _scores, position + slot);
        }

        _sequence.Sampler.Pop(draft.Length - 1);
    }
}
