using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>
/// Feeds a prompt causally, in as many passes as its length takes. Prompt tokens whose keys and values are in the cache already are not fed again.
/// </summary>
/// <param name="sequence">The sequence.</param>
/// <param name="end">Prompt tokens to feed; those behind them belong to the first block of the answer.</param>
/// <param name="block">Tokens that see each other in both directions; 1 for causal rows.</param>
internal sealed class PromptFeed(TokenSequence sequence, int end, int block = 1)
{
    // At least the last token is fed, whatever the cache holds: its row decides the first new token.
    private int _next = Math.Max(0, Math.Min(sequence.Cache.Length, end - 1)) / block * block;

    /// <summary>Feeds the whole prompt causally.</summary>
    public PromptFeed(TokenSequence sequence)
        : this(sequence, sequence.PromptLength)
    {
    }

    /// <summary>Adds the next rows.</summary>
    /// <returns>The row of the prompt's last token, or -1 where more has to come in a later pass.</returns>
    public int Plan(SequencePass pass)
    {
        sequence.Cache.Length = _next;
        int last = Math.Min(end, _next + Math.Max(block, pass.PrefillRows / block * block)), row = -1;
        for (; _next < last; _next += block)
        {
            if (block > 1)
                pass.AddCleanBlock(sequence.Tokens.Slice(_next, block), _next);
            else
                row = pass.AddClean(sequence.Tokens[_next], _next);
        }

        if (_next == end)
            return row;
        pass.ContinuePrefill();
        return -1;
    }

    /// <summary>Commits what the pass has fed.</summary>
    public void Commit() => sequence.Cache.Length = _next;
}
