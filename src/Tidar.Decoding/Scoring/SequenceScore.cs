namespace Tidar.Decoding.Scoring;

/// <summary>Log-probabilities of a sequence.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="LogProbabilities">Natural-log probability of each given those before it; null for the first.</param>
public sealed record SequenceScore(IReadOnlyList<int> Ids, IReadOnlyList<double?> LogProbabilities)
{
    /// <summary>Log-probability of the whole sequence given its first token.</summary>
    public double Sum { get; } = LogProbabilities.Sum(static p => p ?? 0);
}
