using Tidar.Training.Data;

namespace Tidar.Training.Adapters;

/// <summary>
/// Where the blocks of some documents begin, round by round: at random places at first, then each where the draft before it ended. That is where decoding drafts: behind a token that the
/// draft before got wrong, so that places which are hard to foresee come more often than they stand in the text. A block whose draft reached the end of what can begin a block, or a place that is taken, begins at a random place again.
/// </summary>
internal sealed class BlockWalk
{
    private readonly int[][] _places;
    private readonly HashSet<int>[] _free;
    private readonly SplitMix64[] _random;
    private readonly int[] _counts;
    private readonly int _rounds;
    private int _round;

    /// <summary>Draws the first round.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="count">Most blocks of a document in all rounds together.</param>
    /// <param name="rounds">Number of rounds; 1 draws all blocks at random.</param>
    /// <param name="seed">The seed of each document.</param>
    public BlockWalk(IReadOnlyList<PreparedDocument> documents, IReadOnlyList<int> count, int rounds, Func<int, ulong> seed)
    {
        _rounds = rounds;
        _places = [.. documents.Select(static d => d.Starts())];
        _counts = [.. _places.Select((p, d) => Math.Min(p.Length, count[d]))];
        _free = [.. _places.Select(static p => p.ToHashSet())];
        _random = [.. documents.Select((_, d) => new SplitMix64(SplitMix64.Mix(seed(d))))];
        Starts = [.. _places.Select((p, d) => BlockSampler.Draw(p, Share(d), seed(d)))];
        Take();
    }

    /// <summary>First positions of the round's blocks in each document, ascending.</summary>
    public int[][] Starts { get; private set; }

    /// <summary>Goes on to the next round.</summary>
    /// <param name="reached">How many tokens further a document's block reached: those of its draft that were right, the decided one among them.</param>
    /// <returns>False behind the last round.</returns>
    public bool Advance(Func<int, int, int> reached)
    {
        if (++_round == _rounds)
            return false;
        int[][] next = new int[Starts.Length][];
        for (int d = 0; d < next.Length; d++)
        {
            SortedSet<int> starts = [];
            foreach (int start in Starts[d])
            {
                int ended = start + reached(d, start);
                if (starts.Count < Share(d) && _free[d].Remove(ended))
                    starts.Add(ended);
            }

            // What is missing begins anywhere.
            int[] free = [.. _places[d].Where(_free[d].Contains)];
            starts.UnionWith(BlockSampler.Draw(free, Math.Min(free.Length, Share(d) - starts.Count), _random[d].Next()));
            next[d] = [.. starts];
        }

        Starts = next;
        Take();
        return true;
    }

    // Blocks of a document in this round: the same number in all, what does not divide in the first ones.
    private int Share(int document) => (_counts[document] / _rounds) + (_round < _counts[document] % _rounds ? 1 : 0);

    private void Take()
    {
        for (int d = 0; d < Starts.Length; d++)
            _free[d].ExceptWith(Starts[d]);
    }
}
