namespace Tidar.Decoding.Strategies;

/// <summary>
/// The tokens that a verification checks, as a tree: node 0 is the decided token d_0, nodes 0 … K-1 are the draft itself, and further nodes are alternatives to its tokens with what may
/// follow them. Branches are verified in spans: a span is a way from the draft to one node.
/// </summary>
internal sealed class DraftTree
{
    /// <summary>Most nodes beside the draft.</summary>
    public const int MostBranchNodes = 128;

    private readonly int[] _tokens;
    private readonly int[] _parents;
    private readonly int[] _slots;
    private readonly int[] _spanOfTail;
    private readonly double[] _probabilities;
    private readonly int[] _tails = new int[MostBranchNodes];

    /// <summary>Creates a tree over drafts of at most <paramref name="draftLength"/> tokens.</summary>
    public DraftTree(int draftLength)
    {
        int most = draftLength + MostBranchNodes;
        (_tokens, _parents, _slots, _spanOfTail, _probabilities) = (new int[most], new int[most], new int[most], new int[most], new double[most]);
    }

    /// <summary>All nodes.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of the draft, d_0 included: the nodes before the branches'.</summary>
    public int DraftLength { get; private set; }

    /// <summary>Masks behind the last node of every span.</summary>
    public int Masks { get; private set; }

    /// <summary>Spans of the branches.</summary>
    public int SpanCount { get; private set; }

    /// <summary>The draft, [DraftLength].</summary>
    public ReadOnlySpan<int> Draft => _tokens.AsSpan(0, DraftLength);

    /// <summary>Whether there is room for another branch node.</summary>
    public bool HasRoom => Count < _tokens.Length && SpanCount < _tails.Length;

    /// <summary>Begins a tree with the decided token.</summary>
    public void Begin(int decided)
    {
        Count = DraftLength = SpanCount = Masks = 0;
        AddDraft(decided, 1);
    }

    /// <summary>Adds the draft's next token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="probability">How likely the draft is right up to it.</param>
    public void AddDraft(int token, double probability)
    {
        Add(token, Count - 1, probability);
        DraftLength++;
    }

    /// <summary>Says how many masks follow every branch node; before the first of them.</summary>
    public void LayMasks(int masks) => Masks = masks;

    /// <summary>Rows that a branch node behind <paramref name="parent"/> would cost. Where it cannot continue a span, the way from the draft is repeated.</summary>
    public int RowsBehind(int parent) => Continues(parent) ? 1 : _slots[parent] - DivergenceOf(parent) + 2 + Masks;

    /// <summary>Adds a branch node.</summary>
    /// <returns>Its number.</returns>
    public int AddBranch(int parent, int token, double probability)
    {
        int node = Add(token, parent, probability);
        if (Continues(parent))
            (_spanOfTail[node], _spanOfTail[parent]) = (_spanOfTail[parent], -1);
        else
            _spanOfTail[node] = SpanCount++;
        _tails[_spanOfTail[node]] = node;
        return node;
    }

    /// <summary>A node's token.</summary>
    public int Token(int node) => _tokens[node];

    /// <summary>The node before it; -1 for d_0.</summary>
    public int Parent(int node) => _parents[node];

    /// <summary>A node's slot: its position is that of d_0 plus this.</summary>
    public int Slot(int node) => _slots[node];

    /// <summary>How likely the text goes through a node.</summary>
    public double Probability(int node) => _probabilities[node];

    /// <summary>The last node of a span.</summary>
    public int Tail(int span) => _tails[span];

    /// <summary>Whether a node belongs to a branch.</summary>
    public bool IsBranch(int node) => node >= DraftLength;

    /// <summary>The node that says <paramref name="token"/> behind <paramref name="parent"/>; -1 for none.</summary>
    public int Child(int parent, int token)
    {
        if (!IsBranch(parent) && parent + 1 < DraftLength && _tokens[parent + 1] == token)
            return parent + 1;
        for (int node = DraftLength; node < Count; node++)
        {
            if (_parents[node] == parent && _tokens[node] == token)
                return node;
        }

        return -1;
    }

    // Masks see all of their span, so nothing can follow them in it.
    private bool Continues(int parent) => Masks == 0 && IsBranch(parent) && _spanOfTail[parent] >= 0;

    // The slot at which the way to a node has left the draft, or would leave it behind the node.
    private int DivergenceOf(int node)
    {
        int slot = _slots[node] + 1;
        for (; IsBranch(node); node = _parents[node])
            slot = _slots[node];
        return slot;
    }

    private int Add(int token, int parent, double probability)
    {
        int node = Count++;
        (_tokens[node], _parents[node], _probabilities[node], _spanOfTail[node]) = (token, parent, probability, -1);
        _slots[node] = parent < 0 ? 0 : _slots[parent] + 1;
        return node;
    }
}
