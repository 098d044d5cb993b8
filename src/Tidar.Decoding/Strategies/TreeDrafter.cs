using Tidar.Decoding.Sequences;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Strategies;

/// <summary>
/// Chooses the tokens of a draft slot by slot, each from its own row or with a path selector along the tokens before it, and the alternatives that are worth verifying beside it: the likeliest
/// ways first.
/// </summary>
internal sealed class TreeDrafter
{
    /// <summary>Candidates of a slot where there is no selector to say how many it looks at.</summary>
    public const int DefaultCandidates = 16;

    // A child that is as good as never right is not worth remembering.
    private const double LeastProbability = 1e-4;

    private readonly TokenSequence _sequence;
    private readonly PathSelector? _selector;
    private readonly int _candidates;
    private readonly int[] _text;
    private readonly int[] _tokens;
    private readonly float[] _logits;
    private readonly float[] _gates;
    private readonly float[] _temperatures;
    private readonly float[] _scores;
    private readonly PriorityQueue<Child, double> _children = new();

    /// <summary>Creates it for drafts of <paramref name="draftLength"/> tokens; without a selector every slot is chosen by itself.</summary>
    public TreeDrafter(TokenSequence sequence, PathSelector? selector, int draftLength)
    {
        _sequence = sequence;
        _selector = selector;
        _candidates = selector?.Candidates ?? DefaultCandidates;
        _text = new int[selector is null ? 0 : sequence.ContextLength + draftLength];
        _tokens = new int[draftLength * _candidates];
        _logits = new float[_tokens.Length];
        _gates = new float[draftLength * (selector?.Rank ?? 0)];
        _temperatures = new float[draftLength];
        _scores = new float[_candidates];
        _children.EnsureCapacity((draftLength + DraftTree.MostBranchNodes) * _candidates);
    }

    private readonly record struct Child(int Parent, int Token);

    /// <summary>Fills a tree that has been begun with the decided token.</summary>
    /// <param name="pass">The pass, which has the logits, or candidates, and hidden states of the block's rows.</param>
    /// <param name="block">Row of slot 0.</param>
    /// <param name="position">Position of slot 0.</param>
    /// <param name="length">Tokens of the draft, the decided one included.</param>
    /// <param name="limits">What branches may cost.</param>
    /// <param name="tree">Receives the draft and its alternatives.</param>
    public void Fill(SequencePass pass, int block, int position, int length, BranchLimits limits, DraftTree tree)
    {
        bool branches = limits.Rows > 0 && length > 1;
        _children.Clear();
        if (_selector is not null)
            _sequence.Tokens[..position].CopyTo(_text);
        for (int slot = 1; slot < length; slot++)
        {
            // Slots see in their history what stands before them in the draft, as the rows that verify them will.
            _sequence.Sampler.Push(tree.Token(slot - 1));
            if (_selector is null && !branches)
            {
                tree.AddDraft(_sequence.Guess(pass, block + slot, position + slot), 0);
                continue;
            }

            Read(pass, block + slot, slot, position + slot);
            int best = Rank(tree, slot - 1, position, branches);
            int token = Tokens(slot)[best];
            if (branches)
                Offer(slot - 1, slot, tree.Probability(slot - 1), best);
            tree.AddDraft(token, tree.Probability(slot - 1) * _scores[best]);
        }

        _sequence.Sampler.Pop(length - 1);
        if (branches)
            Branch(tree, position, length, limits);
    }

    // The likeliest ways beside the draft, as long as they are likely enough for what they cost.
    private void Branch(DraftTree tree, int position, int length, BranchLimits limits)
    {
        int rows = limits.Rows;
        tree.LayMasks(limits.Masks);
        while (tree.HasRoom && _children.TryDequeue(out Child child, out double negative))
        {
            int cost = tree.RowsBehind(child.Parent);
            if (-negative < limits.LeastProbability)
                return;
            if (cost > rows || -negative < limits.LeastProbability * cost)
                continue;
            rows -= cost;
            int node = tree.AddBranch(child.Parent, child.Token, -negative), slot = tree.Slot(node) + 1;
            if (slot >= length)
                continue;
            Rank(tree, node, position, probabilities: true);
            Offer(node, slot, -negative, except: -1);
        }
    }

    private Span<int> Tokens(int slot) => _tokens.AsSpan(slot * _candidates, _candidates);

    private Span<float> Gate(int slot) => _gates.AsSpan(slot * _selector!.Rank, _selector.Rank);

    // Takes over what the pass says of a slot.
    private void Read(SequencePass pass, int row, int slot, int position)
    {
        _temperatures[slot] = _sequence.Candidates(pass, row, position, Tokens(slot), _logits.AsSpan(slot * _candidates, _candidates));
        _selector?.Gate(slot, pass.State(row), Gate(slot));
    }

    // Scores the candidates of the slot behind a node, with the noise of their position, and finds the best; if wanted their scores become probabilities.
    private int Rank(DraftTree tree, int node, int position, bool probabilities)
    {
        int slot = tree.Slot(node) + 1;
        Span<int> tokens = Tokens(slot);
        _logits.AsSpan(slot * _candidates, _candidates).CopyTo(_scores);
        if (_selector is not null)
        {
            for (int at = node; at >= 0; at = tree.Parent(at))
                _text[position + tree.Slot(at)] = tree.Token(at);
            _selector.Score(slot, Gate(slot), _text.AsSpan(0, position + slot), tokens, _scores, _temperatures[slot]);
        }

        _sequence.Sampler.AddNoise(tokens, _scores, position + slot);
        int best = PathSelector.Best(tokens, _scores);
        if (!probabilities)
            return best;
        float most = _scores[best];
        double sum = 0;
        for (int i = 0; i < _scores.Length; i++)
            sum += _scores[i] = tokens[i] < 0 ? 0 : MathF.Exp(_scores[i] - most);
        for (int i = 0; i < _scores.Length; i++)
            _scores[i] = (float)(_scores[i] / sum);
        return best;
    }

    private void Offer(int parent, int slot, double probability, int except)
    {
        Span<int> tokens = Tokens(slot);
        for (int i = 0; i < tokens.Length; i++)
        {
            double joint = probability * _scores[i];
            if (i != except && joint >= LeastProbability)
                _children.Enqueue(new Child(parent, tokens[i]), -joint);
        }
    }
}
