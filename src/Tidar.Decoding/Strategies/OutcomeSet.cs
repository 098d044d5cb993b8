using Tidar.Models;

namespace Tidar.Decoding.Strategies;

/// <summary>The outcomes of a verification (r accepted tokens, r = 1 … K) for which the verifying pass drafts the next block beforehand.</summary>
public sealed class OutcomeSet
{
    private readonly bool[] _has;

    private OutcomeSet(bool[] has) => _has = has;

    /// <summary>K.</summary>
    public int DraftLength => _has.Length;

    /// <summary>How many outcomes have a block.</summary>
    public int Count => _has.Count(static h => h);

    /// <summary>Every outcome: the fused step of the paper.</summary>
    public static OutcomeSet All(int draftLength)
    {
        bool[] has = new bool[draftLength];
        Array.Fill(has, true);
        return new OutcomeSet(has);
    }

    /// <summary>No outcome: the two-pass step.</summary>
    public static OutcomeSet None(int draftLength) => new(new bool[draftLength]);

    /// <summary>Some outcomes: the sparse fused step.</summary>
    /// <exception cref="InvalidInputException">An outcome is outside 1 … K.</exception>
    public static OutcomeSet Of(int draftLength, IEnumerable<int> outcomes)
    {
        bool[] has = new bool[draftLength];
        foreach (int outcome in outcomes)
        {
            if (outcome < 1 || outcome > draftLength)
                throw new InvalidInputException("decoding options", "outcomes", $"numbers from 1 to the draft length {draftLength}", $"{outcome}");
            has[outcome - 1] = true;
        }

        return new OutcomeSet(has);
    }

    /// <summary>Whether outcome <paramref name="accepted"/> (1 … K) has a block.</summary>
    public bool Contains(int accepted) => _has[accepted - 1];
}
