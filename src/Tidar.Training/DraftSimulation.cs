namespace Tidar.Training;

/// <summary>
/// Counts tokens and passes of TiDAR's greedy decoding from a table of right and wrong predictions: on text that the model itself would write, what is accepted
/// of a draft is its longest right beginning. The block at a position predicts that position and the K-1 after it.
/// </summary>
public sealed class DraftSimulation
{
    private readonly int _draftLength;
    private readonly long[] _right;
    private readonly long[] _seen;
    private long _fusedTokens;
    private long _fusedPasses;
    private long _twoPassTokens;
    private long _twoPassPasses;

    /// <summary>Creates it for blocks of <paramref name="draftLength"/> slots.</summary>
    public DraftSimulation(int draftLength)
    {
        _draftLength = draftLength;
        _right = new long[draftLength];
        _seen = new long[draftLength];
    }

    /// <summary>Adds one answer.</summary>
    /// <param name="first">Position of its first token.</param>
    /// <param name="end">Position behind its last token.</param>
    /// <param name="isRight">Whether slot m of the block at a position predicts the token there; asked for positions inside the answer only.</param>
    public void Add(int first, int end, Func<int, int, bool> isRight)
    {
        for (int start = first; start < end; start++)
        {
            for (int slot = 1; slot < _draftLength && start + slot < end; slot++)
            {
                _seen[slot]++;
                if (isRight(start, slot))
                    _right[slot]++;
            }
        }

        for (int position = first; position < end; position += Run(position, end, isRight))
            _fusedPasses++;
        _fusedTokens += end - first;

        // The second pass commits the corrected token and drafts behind it; the text may end before.
        for (int position = first; position < end; position++)
        {
            position += Run(position, end, isRight);
            _twoPassPasses += position < end ? 2 : 1;
        }

        _twoPassTokens += end - first;
    }

    /// <summary>The figures of all answers so far.</summary>
    public DraftEvaluation Result() => new(
        Share(_fusedTokens, _fusedPasses), Share(_twoPassTokens, _twoPassPasses), [.. Enumerable.Range(1, _draftLength - 1).Select(s => Share(_right[s], _seen[s]))]);

    private static double Share(long count, long of) => of == 0 ? 0 : (double)count / of;

    // Slot 0 is always right: the AR row before it decides it.
    private int Run(int position, int end, Func<int, int, bool> isRight)
    {
        int slot = 1;
        while (slot < _draftLength && position + slot < end && isRight(position, slot))
            slot++;
        return slot;
    }
}
