namespace Tidar.Decoding.Strategies;

/// <summary>What a verifying pass does.</summary>
/// <param name="Verified">Tokens of the draft that are checked, from d_0 on; at least 1.</param>
/// <param name="Outcomes">Bit r - 1 is set where outcome r (r accepted tokens) gets a mask block in the same pass.</param>
/// <param name="Masks">Masks of such a block.</param>
public readonly record struct VerificationPlan(int Verified, ulong Outcomes, int Masks)
{
    /// <summary>Whether outcome <paramref name="accepted"/> (1 … <see cref="Verified"/>) gets a block.</summary>
    public bool Drafts(int accepted) => ((Outcomes >> (accepted - 1)) & 1) != 0;
}
