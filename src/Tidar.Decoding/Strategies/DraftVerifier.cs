using Tidar.Decoding.Sequences;

namespace Tidar.Decoding.Strategies;

/// <summary>Checks a draft against the rows of a pass, one behind the other: accepts it while it says what they say.</summary>
/// <param name="sequence">The sequence; its sampler is told of every accepted token.</param>
/// <param name="targets">What the rows and the draft say.</param>
/// <param name="longest">Most tokens of a draft.</param>
internal sealed class DraftVerifier(TokenSequence sequence, ITargets targets, int longest)
{
    private readonly Decision[] _accepted = new Decision[longest];
    private int _count;

    /// <summary>Accepted tokens of the latest draft.</summary>
    public ReadOnlySpan<Decision> Accepted => _accepted.AsSpan(0, _count);

    /// <summary>The node of the last of them, or the one where the check began.</summary>
    public int Node { get; private set; }

    /// <summary>Checks a draft.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="root">The node before the draft's first token.</param>
    /// <param name="position">Position of that token.</param>
    /// <returns>What the row at the end of the accepted part says: the corrected token, or the bonus token where all were accepted.</returns>
    public Decision Check(SequencePass pass, int root, int position)
    {
        _count = 0;
        Node = root;
        while (true)
        {
            Decision target = targets.Target(pass, Node, position + _count);
            int next = targets.Next(Node, target.Token);
            if (next < 0)
                return target;
            Node = next;
            _accepted[_count++] = target;
            sequence.Sampler.Push(target.Token);
        }
    }
}
