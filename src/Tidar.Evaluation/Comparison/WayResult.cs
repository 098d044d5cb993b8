namespace Tidar.Evaluation.Comparison;

/// <summary>What one way did at one setting, beside the reference in the same rounds.</summary>
public sealed class WayResult
{
    /// <summary>Sums up rounds.</summary>
    /// <param name="way">The way.</param>
    /// <param name="rounds">Its rounds, at least one.</param>
    /// <param name="reference">The reference's, as many.</param>
    /// <param name="difference">Where a text first differs from the reference's: number of the text and of the token, from 0; null where none does.</param>
    public WayResult(DecodingWay way, IReadOnlyList<RoundMeasurement> rounds, IReadOnlyList<RoundMeasurement> reference, (int Text, int Token)? difference)
    {
        (Way, Rounds, Difference) = (way, rounds, difference);
        TokensPerSecond = Spread.Of(rounds.Select(static r => r.TokensPerSecond));
        Middle = rounds.First(r => r.TokensPerSecond.Equals(TokensPerSecond.Median));
        PrefillSeconds = Spread.Of(rounds.Select(static r => r.PrefillSeconds));
        FirstTokenSeconds = Spread.Of(rounds.Select(static r => r.FirstTokenSeconds));
        PassSeconds = Spread.Of(rounds.Select(static r => r.PassSeconds));
        ModelShare = Spread.Of(rounds.Select(static r => r.ModelShare));
        Speedup = Beside(static (own, other) => own.TokensPerSecond / other.TokensPerSecond);
        RelativeCost = Beside(static (own, other) => own.PassSeconds / other.PassSeconds);
        Efficiency = Beside(static (own, other) => own.ModelShare / other.ModelShare);

        Spread Beside(Func<RoundMeasurement, RoundMeasurement, double> ratio) => Spread.Of(rounds.Zip(reference, ratio));
    }

    /// <summary>The way.</summary>
    public DecodingWay Way { get; }

    /// <summary>All rounds.</summary>
    public IReadOnlyList<RoundMeasurement> Rounds { get; }

    /// <summary>The round with the median speed, from which counts are quoted: they may differ between rounds where a planner learns.</summary>
    public RoundMeasurement Middle { get; }

    /// <summary>Where a text first differs from the reference's: number of the text and of the token, from 0; null where none does.</summary>
    public (int Text, int Token)? Difference { get; }

    /// <summary>Whether every text of every round had the reference's tokens; null for ways whose text is their own.</summary>
    public bool? EqualsReference => Way.HasOwnText ? null : Difference is null;

    /// <summary>Tokens by seconds behind the prompts.</summary>
    public Spread TokensPerSecond { get; }

    /// <summary>Speed by the reference's in the same round.</summary>
    public Spread Speedup { get; }

    /// <summary>Seconds until the prompts were in.</summary>
    public Spread PrefillSeconds { get; }

    /// <summary>Seconds until the first token.</summary>
    public Spread FirstTokenSeconds { get; }

    /// <summary>Mean seconds of a pass behind the prompts, inside the model.</summary>
    public Spread PassSeconds { get; }

    /// <summary>Mean cost of a pass as a multiple of the reference's in the same round.</summary>
    public Spread RelativeCost { get; }

    /// <summary>Part of the time behind the prompts that the model ran; the rest is lost outside the passes.</summary>
    public Spread ModelShare { get; }

    /// <summary>
    /// (speed ÷ the reference's) ÷ (tokens a pass ÷ cost of a pass), both relative to the reference: 1 where nothing is lost outside the passes that the
    /// reference does not lose too. Tokens and passes cancel out, so it is <see cref="ModelShare"/> by the reference's.
    /// </summary>
    public Spread Efficiency { get; }
}
