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
        List<(int Token, float Probability)> best = [];
        for (int i = 0; i < probabilities.Length; i++)
        {
            float p = probabilities[i];
            if (best.Count == count && p <= best[^1].Probability)
                continue;
            int place = best.Count;
            while (place > 0 && best[place - 1].Probability < p)
                place--;
            best.Insert(place, (i, p));
            if (best.Count > count)
                best.RemoveAt(count);
        }

        double total = best.Sum(b => (double)b.Probability);
        Dictionary<int, double> mixed = best.ToDictionary(b => b.Token, b => softShare * b.Probability / total);
        mixed[token] = mixed.GetValueOrDefault(token) + (1 - softShare);
        return new TokenDistribution(token, [.. mixed.Keys], [.. mixed.Values.Select(static p => (float)p)]);
    }
}
