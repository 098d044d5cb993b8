using System.Runtime.InteropServices;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Strategies;

/// <summary>One sequence's part in a forward pass: its rows, and the logits it asks for. Reused from pass to pass.</summary>
public sealed class SequencePass
{
    private readonly KeyValueCache _cache;
    private readonly int _vocabularySize;
    private readonly List<int> _wanted = [];
    private readonly List<int> _kept = [];
    private RowBatch _batch = new();
    private Memory<float> _logits;
    private ReadOnlyMemory<int> _choices;
    private ReadOnlyMemory<float> _choiceLogits;
    private ReadOnlyMemory<float> _states;
    private int _given;

    /// <summary>Creates it for a sequence's cache.</summary>
    internal SequencePass(KeyValueCache cache, int vocabularySize) => (_cache, _vocabularySize) = (cache, vocabularySize);

    /// <summary>Most prompt rows that a prefill may add to this pass; the rest comes in later ones.</summary>
    public int PrefillRows { get; private set; }

    /// <summary>Sequences that share the pass, this one included.</summary>
    public int Sessions { get; private set; } = 1;

    /// <summary>Whether this pass fed only part of a prompt. All passes of one prefill count as one.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>Rows of branches whose keys and values go into the cache.</summary>
    internal ReadOnlySpan<int> Kept => CollectionsMarshal.AsSpan(_kept);

    /// <summary>Rows whose logits are wanted and not given yet.</summary>
    internal ReadOnlySpan<int> Wanted => CollectionsMarshal.AsSpan(_wanted)[_given..];

    /// <summary>
    /// Adds a token at a position; it sees everything up to itself. Its keys and values are written in place and stay if the cache's length is moved over
    /// them.
    /// </summary>
    /// <returns>The row's number.</returns>
    public int AddClean(int token, int position) => _batch.AddClean(_cache, token, position);

    /// <summary>Adds tokens that see everything before <paramref name="firstPosition"/> and each other in both directions; their keys and values are written in place.</summary>
    public void AddCleanBlock(ReadOnlySpan<int> tokens, int firstPosition) => _batch.AddCleanBlock(_cache, tokens, firstPosition);

    /// <summary>Adds a block of which nothing stays in the cache; it sees <paramref name="prefixLength"/> tokens and itself in both directions.</summary>
    /// <returns>The number of the first row; the others follow.</returns>
    public int AddBlock(ReadOnlySpan<int> tokens, int firstPosition, int prefixLength) => _batch.AddBlock(_cache, tokens, firstPosition, prefixLength);

    /// <summary>Adds a block of masks that sees all clean tokens before <paramref name="firstPosition"/> and itself in both directions.</summary>
    /// <param name="tokens">The mask token for every slot.</param>
    /// <param name="firstPosition">Position of slot 0.</param>
    /// <returns>The number of the first row; the others follow.</returns>
    public int AddMasks(ReadOnlySpan<int> tokens, int firstPosition) => _batch.AddBlock(_cache, tokens, firstPosition, firstPosition, areMasks: true);

    /// <summary>Adds a branch, tokens that see all clean tokens before <paramref name="firstPosition"/> and each other causally, and a block of masks that sees all of that behind it.</summary>
    /// <param name="tokens">The branch.</param>
    /// <param name="firstPosition">Position of its first token.</param>
    /// <param name="masks">The mask token for every slot of the block; empty for none.</param>
    /// <returns>The number of the branch's first row; the others follow, then the masks.</returns>
    public int AddBranch(ReadOnlySpan<int> tokens, int firstPosition, ReadOnlySpan<int> masks) => _batch.AddBranch(_cache, tokens, firstPosition, masks);

    /// <summary>Says that a branch's row is part of the text: its keys and values go to its position in the cache before the next pass.</summary>
    public void Keep(int row) => _kept.Add(row);

    /// <summary>Says that more of the prompt has to come before anything can be decided.</summary>
    public void ContinuePrefill() => IsPartial = true;

    /// <summary>Asks for the logits of <paramref name="count"/> rows.</summary>
    public void NeedLogits(int firstRow, int count)
    {
        for (int i = 0; i < count; i++)
            _wanted.Add(firstRow + i);
    }

    /// <summary>Logits [V] of a row asked for before. The row may be written to; it is gone with the next request.</summary>
    public Span<float> Logits(int row)
    {
        return _logits.Span.Slice(IndexOf(row) * _vocabularySize, _vocabularySize);
    }

    /// <summary>The most likely token of a row asked for before, where that is all the sequence wants to know; otherwise <see cref="Logits"/> has the row.</summary>
    internal bool TryGetChoice(int row, out int token)
    {
        bool has = TryGetCandidates(row, out ReadOnlySpan<int> tokens, out _);
        token = has ? tokens[0] : -1;
        return has;
    }

    /// <summary>
    /// The most likely tokens of a row asked for before with their logits, best first, where the sequence does not want to see the others; otherwise
    /// <see cref="Logits"/> has the row.
    /// </summary>
    internal bool TryGetCandidates(int row, out ReadOnlySpan<int> tokens, out ReadOnlySpan<float> logits)
    {
        tokens = default;
        logits = default;
        if (_choices.IsEmpty)
            return false;
        int index = IndexOf(row), count = _choices.Length / _given;
        tokens = _choices.Span.Slice(index * count, count);
        logits = _choiceLogits.Span.Slice(index * count, count);
        return true;
    }

    /// <summary>The hidden state [hidden] of a row asked for before, where a path selector needs it.</summary>
    internal ReadOnlySpan<float> State(int row)
    {
        int width = _states.Length / _given;
        return _states.Span.Slice(IndexOf(row) * width, width);
    }

    /// <summary>Begins a pass.</summary>
    internal void Begin(RowBatch batch, int prefillRows, int sessions)
    {
        (_batch, PrefillRows, Sessions, IsPartial) = (batch, prefillRows, sessions, false);
        _wanted.Clear();
        _kept.Clear();
        _given = 0;
    }

    /// <summary>Gives the wanted logits, [Wanted, V].</summary>
    /// <param name="logits">The logits.</param>
    /// <param name="states">Hidden states, [Wanted, hidden]; empty where nobody needs them.</param>
    internal void Give(Memory<float> logits, ReadOnlyMemory<float> states = default)
    {
        Take();
        (_logits, _choices, _states) = (logits, default, states);
    }

    /// <summary>Gives the most likely tokens of the wanted rows, in place of their logits.</summary>
    /// <param name="tokens">[Wanted, candidates].</param>
    /// <param name="logits">Their logits, [Wanted, candidates].</param>
    /// <param name="states">Hidden states, [Wanted, hidden]; empty where nobody needs them.</param>
    internal void GiveChoices(ReadOnlyMemory<int> tokens, ReadOnlyMemory<float> logits, ReadOnlyMemory<float> states)
    {
        Take();
        (_logits, _choices, _choiceLogits, _states) = (default, tokens, logits, states);
    }

    private int IndexOf(int row)
    {
        int index = _wanted.IndexOf(row, 0, _given);
        ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(row));
        return index;
    }

    private void Take()
    {
        _wanted.RemoveRange(0, _given);
        _given = _wanted.Count;
    }
}
