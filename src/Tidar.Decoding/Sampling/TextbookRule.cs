namespace Tidar.Decoding.Sampling;

/// <summary>
/// Speculative sampling as published (Leviathan et al., arXiv 2211.17192; Chen et al., arXiv 2302.01318): a draft drawn from q is accepted with probability min(1, p/q), else the token is drawn from
/// max(0, p - q), normalized. Either way it is a sample of p.
/// </summary>
internal static class TextbookRule
{
    // The draft was drawn with the position's own noise, on which neither the toss nor the second draw may depend.
    private const int Stream = 1;

    /// <summary>The token of a position; the draft exactly where that is accepted.</summary>
    /// <param name="target">p, [V].</param>
    /// <param name="draft">The drafted token.</param>
    /// <param name="draftProbabilities">q, [V]; empty for a draft that is all of q.</param>
    /// <param name="seed">Seed of the text.</param>
    /// <param name="position">Absolute position of the token.</param>
    public static int Choose(ReadOnlySpan<float> target, int draft, ReadOnlySpan<float> draftProbabilities, long seed, int position)
    {
        GumbelNoise noise = GumbelNoise.OfStream(seed, Stream, position);
        bool drawn = !draftProbabilities.IsEmpty;
        if (noise.Lot * (drawn ? draftProbabilities[draft] : 1) < target[draft])
            return draft;
        NoisyArgMax winner = default;
        for (int token = 0; token < target.Length; token++)
        {
            float rest = drawn ? target[token] - draftProbabilities[token] : target[token];
            if (rest > 0 && token != draft)
                winner.Offer(token, DeterministicMath.Log(rest), noise);
        }

        // Where nothing is left, p and q differ by rounding alone, and so does the draft from an accepted one.
        return winner.Any ? winner.Token : draft;
    }
}
