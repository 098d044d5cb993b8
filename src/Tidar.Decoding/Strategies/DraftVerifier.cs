using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>Checks a draft against the rows of a pass, one behind the other: accepts it while it says what they say.</summary>
/// <param name="sequence">The sequence; its sampler is told of every accepted token.</param>
/// <param name="targets">What the rows say.</param>
/// <param name="longest">Most tokens of a draft.</param>
internal sealed class DraftVerifier(TokenSequence sequence, ITargets targets, int longest)
{
    private readonly Decision[] _accepted = new Decision[longest];
    private int _count;

    /// <summary>Accepted tokens of the latest draft.</summary>
    public ReadOnlySpan<Decision> Accepted => _accepted.AsSpan(0, _count);

    /// <summary>Checks a draft.</summary>
    /// <param name="pass">The pass; row 0 stands before the draft's first token, row i at token i - 1.</param>
    /// <param name="draft">The draft, at most as many tokens as rows behind row 0; may be empty.</param>
    /// <param name="position">Position of its first token.</param>
    /// <returns>What the row at the end of the accepted part says: the corrected token, or the bonus token where all were accepted.</returns>
    public Decision Check(SequencePass pass, ReadOnlySpan<int> draft, int position)
    {
        _count = 0;
        while (true)
        {
            Decision target = targets.Target(pass, _count, position + _count);
            if (_count == draft.Length || target.Token != draft[_count])
                return target;
            _accepted[_count++] = target;
            sequence.Sampler.Push(target.Token);
        }
    }
}
