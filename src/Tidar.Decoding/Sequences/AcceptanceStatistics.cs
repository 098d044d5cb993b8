namespace Tidar.Decoding.Sequences;

/// <summary>How far drafts were right. In TiDAR slot 0 is the decided token, which is always right; drafts of a draft model or a prompt lookup are guesses from slot 0 on.</summary>
public sealed class AcceptanceStatistics
{
    private long[] _drafted = [];
    private long[] _accepted = [];

    /// <summary>Drafts checked.</summary>
    public long Verifications { get; private set; }

    /// <summary>How often each slot of a draft was checked in vain or not, [K].</summary>
    public ReadOnlySpan<long> Drafted => _drafted;

    /// <summary>How often each slot was accepted, [K]. By the draft's own token or an alternative; tokens dropped behind a stop are counted as the verification saw them.</summary>
    public ReadOnlySpan<long> Accepted => _accepted;

    /// <summary>Rows spent on alternatives, the masks behind them included.</summary>
    public long BranchRows { get; private set; }

    /// <summary>Accepted tokens that were alternatives to the draft's, or followed one.</summary>
    public long BranchTokens { get; private set; }

    /// <summary>Verifications in which an alternative won.</summary>
    public long BranchesWon { get; private set; }

    /// <summary>Records what alternatives cost and brought in a verification.</summary>
    internal void RecordBranches(int rows, int tokens)
    {
        BranchRows += rows;
        BranchTokens += tokens;
        BranchesWon += tokens > 0 ? 1 : 0;
    }

    /// <summary>Records a verification of <paramref name="drafted"/> tokens of which <paramref name="accepted"/> were right.</summary>
    internal void Record(int drafted, int accepted)
    {
        if (_drafted.Length < drafted)
        {
            Array.Resize(ref _drafted, drafted);
            Array.Resize(ref _accepted, drafted);
        }

        Verifications++;
        for (int i = 0; i < drafted; i++)
        {
            _drafted[i]++;
            if (i < accepted)
                _accepted[i]++;
        }
    }
}
