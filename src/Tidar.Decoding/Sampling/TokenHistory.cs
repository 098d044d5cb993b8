using System.Runtime.InteropServices;

namespace Tidar.Decoding.Sampling;

/// <summary>Counts of the tokens before a row, for penalties. Tokens are pushed as they are accepted and popped in reverse order.</summary>
internal sealed class TokenHistory
{
    private readonly int[] _occurrences;
    private readonly int[] _generated;
    private readonly List<int> _distinct = [];
    private readonly Stack<int> _pushed = [];

    public TokenHistory(int vocabularySize, ReadOnlySpan<int> prompt)
    {
        _occurrences = new int[vocabularySize];
        _generated = new int[vocabularySize];
        foreach (int token in prompt)
            Count(token);
    }

    /// <summary>Every token that occurred, prompt included, each once.</summary>
    public ReadOnlySpan<int> Distinct => CollectionsMarshal.AsSpan(_distinct);

    /// <summary>How often a token was generated.</summary>
    public int Generated(int token) => _generated[token];

    /// <summary>Adds a generated token.</summary>
    public void Push(int token)
    {
        _pushed.Push(token);
        _generated[token]++;
        Count(token);
    }

    /// <summary>Takes back the token pushed last.</summary>
    public void Pop()
    {
        int token = _pushed.Pop();
        _generated[token]--;

        // Tokens leave in reverse order, so the one that falls to zero is the one that entered the list last.
        if (--_occurrences[token] == 0)
            _distinct.RemoveAt(_distinct.Count - 1);
    }

    private void Count(int token)
    {
        if (_occurrences[token]++ == 0)
            _distinct.Add(token);
    }
}
