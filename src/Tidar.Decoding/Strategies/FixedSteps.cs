namespace Tidar.Decoding.Strategies;

/// <summary>The same step every time: whole drafts are checked, the same outcomes get a block of K masks, and branches get the same number of rows.</summary>
/// <param name="outcomes">K, and the outcomes: all for the paper's fused step, none for the two-pass step.</param>
/// <param name="branchRows">Most rows for alternatives to a draft's tokens, with the masks behind them where outcomes have blocks.</param>
public sealed class FixedSteps(OutcomeSet outcomes, int branchRows = 0) : IStepPlanner
{
    /// <inheritdoc/>
    public int DraftLength => outcomes.DraftLength;

    /// <inheritdoc/>
    public int MasksBehindDecided(int length, int sessions) => DraftLength;

    /// <inheritdoc/>
    public VerificationPlan Verify(int drafted, int length, int sessions) => new(DraftLength, outcomes.Bits, DraftLength);

    /// <inheritdoc/>
    public BranchLimits Branches(int drafted, int length, int sessions) => new(branchRows, 0, outcomes.Bits == 0 ? 0 : DraftLength);

    /// <inheritdoc/>
    public void RecordBranches(int rows, double expected, int accepted)
    {
        // Nothing depends on it.
    }

    /// <inheritdoc/>
    public void Record(int drafted, int verified, int accepted)
    {
        // Nor on this.
    }
}
