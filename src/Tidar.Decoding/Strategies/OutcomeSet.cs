using Tidar.Models;

namespace Tidar.Decoding.Strategies;

/// <summary>The outcomes of a verification (r accepted tokens, r = 1 … K) for which the verifying pass drafts the next block beforehand.</summary>
public sealed class OutcomeSet
{
    /// <summary>Largest K: outcomes are bits of a number.</summary>
    public const int MostOutcomes = 64;

    private OutcomeSet(int draftLength, ulong bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draftLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(draftLength, MostOutcomes);
        (DraftLength, Bits) = (draftLength, bits);
    }

    /// <summary>K.</summary>
    public int DraftLength { get; }

    /// <summary>Bit r - 1 is set where outcome r has a block.</summary>
    public ulong Bits { get; }

    /// <summary>Every outcome: the fused step of the paper.</summary>
    public static OutcomeSet All(int draftLength) => new(draftLength, ulong.MaxValue >> (MostOutcomes - draftLength));

    /// <summary>No outcome: the two-pass step.</summary>
    public static OutcomeSet None(int draftLength) => new(draftLength, 0);

    /// <summary>Some outcomes: the sparse fused step.</summary>
    /// <exception cref="InvalidInputException">An outcome is outside 1 … K.</exception>
    public static OutcomeSet Of(int draftLength, IEnumerable<int> outcomes)
    {
        ulong bits = 0;
        foreach (int outcome in outcomes)
        {
            if (outcome < 1 || outcome > draftLength)
                throw new InvalidInputException("decoding options", "outcomes", $"numbers from 1 to the draft length {draftLength}", $"{outcome}");
            bits |= 1UL << (outcome - 1);
        }

        return new OutcomeSet(draftLength, bits);
    }
}
