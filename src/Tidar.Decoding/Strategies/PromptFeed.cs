using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>
/// Feeds a prompt causally, in as many passes as its length takes. Prompt tokens whose keys and values are in the cache already are not fed again.
/// </summary>
internal sealed class PromptFeed(TokenSequence sequence)
{
    // At least the last token is fed, whatever the cache holds: its row decides the first new token.
    private int _next = Math.Min(sequence.Cache.Length, sequence.PromptLength - 1);

    /// <summary>Adds the next rows.</summary>
    /// <returns>The row of the prompt's last token, or -1 where more has to come in a later pass.</returns>
    public int Plan(SequencePass pass)
    {
        sequence.Cache.Length = _next;
        int end = Math.Min(sequence.PromptLength, _next + pass.PrefillRows), row = -1;
        for (; _next < end; _next++)
            row = pass.AddClean(sequence.Tokens[_next], _next);
        if (_next == sequence.PromptLength)
            return row;
        pass.ContinuePrefill();
        return -1;
    }

    /// <summary>Commits what the pass has fed.</summary>
    public void Commit() => sequence.Cache.Length = _next;
}
