using Tidar.Kernels.Elementwise;

namespace Tidar.Training.Adapters;

/// <summary>What the model should predict at a position.</summary>
/// <param name="Token">The token that stands there.</param>
/// <param name="Tokens">Tokens with a probability, no token twice.</param>
/// <param name="Probabilities">Their probabilities, which add up to 1.</param>
public sealed record TokenDistribution(int Token, int[] Tokens, float[] Probabilities)
{
    /// <summary>What of the probability the token that stands there has.</summary>
    public float Share => Probabilities[Array.IndexOf(Tokens, Token)];

    /// <summary>Certainty.</summary>
    public static TokenDistribution Certain(int token) => new(token, [token], [1]);

    /// <summary>
    /// The token mixed with the base model's own distribution: share <paramref name="softShare"/> goes to the <paramref name="count"/> likeliest tokens in proportion to
    /// their probabilities.
    /// </summary>
    /// <param name="token">The token that stands there.</param>
    /// <param name="probabilities">The base model's distribution, [vocabulary].</param>
    /// <param name="count">How many tokens to keep.</param>
    /// <param name="softShare">From 0 to 1.</param>
    public static TokenDistribution Mix(int token, ReadOnlySpan<float> probabilities, int count, double softShare)
    {
        int kept = Math.Min(count, probabilities.Length);
        int[] tokens = new int[kept];
        float[] best = new float[kept];
        LargestEntries.Find(probabilities, tokens, best);
        double total = best.Sum(static p => (double)p);
        Dictionary<int, double> mixed = tokens.Zip(best).ToDictionary(b => b.First, b => softShare * b.Second / total);
        mixed[token] = mixed.GetValueOrDefault(token) + (1 - softShare);
        return new TokenDistribution(token, [.. mixed.Keys], [.. mixed.Values.Select(static p => (float)p)]);
    }
}
