using System.Runtime.InteropServices;

namespace Tidar.Models.Transformers;

/// <summary>
/// The rows of one forward pass, of one or several sequences. Rows are numbered in the order in which they are added; results are asked for by that number.
/// The rows of one sequence are best added together.
/// </summary>
public sealed class RowBatch
{
    private readonly List<TokenRow> _rows = [];
    private readonly List<KeyValueCache> _caches = [];
    private readonly List<int> _written = [];

    /// <summary>Rows so far.</summary>
    public int Count => _rows.Count;

    /// <summary>Ephemeral rows so far.</summary>
    public int EphemeralCount { get; private set; }

    /// <summary>Whether there are branches, whose keys and values may be wanted after the pass.</summary>
    public bool HasBranches { get; private set; }

    /// <summary>The rows, [Count]. Valid until the batch changes.</summary>
    public ReadOnlySpan<TokenRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>The sequences, in the order of their first row.</summary>
    public IReadOnlyList<KeyValueCache> Caches => _caches;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _rows.Clear();
        _caches.Clear();
        _written.Clear();
        EphemeralCount = 0;
        HasBranches = false;
    }

    /// <summary>
    /// Adds a clean row: its keys and values are written into <paramref name="cache"/> at <paramref name="position"/>, and it sees positions 0 … position.
    /// The cache's length does not move: the caller commits what it accepts by <see cref="KeyValueCache.Length"/>.
    /// </summary>
    /// <returns>The row's number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A position before this one is neither in the cache nor in this batch.</exception>
    public int AddClean(KeyValueCache cache, int token, int position)
    {
        int sequence = SequenceOf(cache);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, _written[sequence]);
        _written[sequence] = Math.Max(_written[sequence], position + 1);
        _rows.Add(new TokenRow(token, position, sequence, position + 1, 0, 0, -1));
        return _rows.Count - 1;
    }

    /// <summary>
    /// Adds clean rows at positions <paramref name="firstPosition"/>, +1, … that see everything before them and each other in both directions (block diffusion); their keys and values are
    /// written into <paramref name="cache"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A position before the block is neither in the cache nor in this batch.</exception>
    public void AddCleanBlock(KeyValueCache cache, ReadOnlySpan<int> tokens, int firstPosition)
    {
        int sequence = CheckPrefix(cache, firstPosition, firstPosition), end = firstPosition + tokens.Length;
        _written[sequence] = Math.Max(_written[sequence], end);
        for (int i = 0; i < tokens.Length; i++)
            _rows.Add(new TokenRow(tokens[i], firstPosition + i, sequence, end, 0, 0, -1));
    }

    /// <summary>
    /// Adds a block of ephemeral rows at positions <paramref name="firstPosition"/>, +1, … that see positions 0 … <paramref name="prefixLength"/>-1 and all of the
    /// block, both directions. Nothing of them stays in the cache.
    /// </summary>
    /// <param name="cache">The sequence.</param>
    /// <param name="tokens">Tokens of the rows; those of mask rows say nothing where an adapter brings a mask embedding.</param>
    /// <param name="firstPosition">Position of the first row.</param>
    /// <param name="prefixLength">Clean positions that the rows see.</param>
    /// <param name="areMasks">Whether the rows are masks, slot 0 first.</param>
    /// <returns>The number of the block's first row.</returns>
    public int AddBlock(KeyValueCache cache, ReadOnlySpan<int> tokens, int firstPosition, int prefixLength, bool areMasks = false)
    {
        int sequence = CheckPrefix(cache, firstPosition, prefixLength);
        int first = _rows.Count, span = EphemeralCount;
        for (int i = 0; i < tokens.Length; i++)
            _rows.Add(new TokenRow(tokens[i], firstPosition + i, sequence, prefixLength, span, tokens.Length, EphemeralCount++, areMasks ? i : -1));
        return first;
    }

    /// <summary>
    /// Adds a branch: ephemeral rows at positions <paramref name="prefixLength"/>, +1, … each of which sees positions 0 … <paramref name="prefixLength"/>-1, the branch's rows
    /// before it and itself: exactly what a clean row there would see. Masks may follow behind it, which see the same prefix, the whole branch and each other.
    /// </summary>
    /// <param name="cache">The sequence.</param>
    /// <param name="tokens">The branch.</param>
    /// <param name="prefixLength">Clean positions that the rows see, and position of the first one.</param>
    /// <param name="masks">The mask token for every slot of the block behind the branch; empty for none.</param>
    /// <returns>The number of the branch's first row; the others follow, then the masks.</returns>
    public int AddBranch(KeyValueCache cache, ReadOnlySpan<int> tokens, int prefixLength, ReadOnlySpan<int> masks = default)
    {
        int sequence = CheckPrefix(cache, prefixLength, prefixLength), all = tokens.Length + masks.Length;
        int first = _rows.Count, span = EphemeralCount;
        for (int i = 0; i < tokens.Length; i++)
            _rows.Add(new TokenRow(tokens[i], prefixLength + i, sequence, prefixLength, span, i + 1, EphemeralCount++));
        for (int i = 0; i < masks.Length; i++)
            _rows.Add(new TokenRow(masks[i], prefixLength + tokens.Length + i, sequence, prefixLength, span, all, EphemeralCount++, i));
        HasBranches = true;
        return first;
    }

    private int CheckPrefix(KeyValueCache cache, int firstPosition, int prefixLength)
    {
        int sequence = SequenceOf(cache);
        ArgumentOutOfRangeException.ThrowIfNegative(firstPosition);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, _written[sequence]);
        return sequence;
    }

    private int SequenceOf(KeyValueCache cache)
    {
        int sequence = _caches.IndexOf(cache);
        if (sequence >= 0)
            return sequence;
        _caches.Add(cache);
        _written.Add(cache.Length);
        return _caches.Count - 1;
    }
}
