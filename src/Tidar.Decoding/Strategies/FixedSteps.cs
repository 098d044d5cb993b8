namespace Tidar.Decoding.Strategies;

/// <summary>The same step every time: whole drafts are checked, and the same outcomes get a block of K masks.</summary>
/// <param name="outcomes">K, and the outcomes: all for the paper's fused step, none for the two-pass step.</param>
public sealed class FixedSteps(OutcomeSet outcomes) : IStepPlanner
{
    /// <inheritdoc/>
    public int DraftLength => outcomes.DraftLength;

    /// <inheritdoc/>
    public int MasksBehindDecided(int length, int sessions) => DraftLength;

    /// <inheritdoc/>
    public VerificationPlan Verify(int drafted, int length, int sessions) => new(DraftLength, outcomes.Bits, DraftLength);

    /// <inheritdoc/>
    public void Record(int drafted, int verified, int accepted)
    {
        // Nothing depends on it.
    }
}
