namespace Tidar.Decoding.Sampling;

/// <summary>The running argmax of log p + g, the lowest id among equals. Noise is computed in full only for tokens that its cheap bound cannot rule out.</summary>
internal struct NoisyArgMax
{
    private double _score;

    /// <summary>Whether any token was offered.</summary>
    public bool Any { get; private set; }

    /// <summary>The best so far.</summary>
    public int Token { get; private set; }

    /// <summary>Offers a token.</summary>
    public void Offer(int token, double logProbability, GumbelNoise noise, bool withoutNoise = false)
    {
        ulong bits = withoutNoise ? 0 : noise.Bits(token);
        if (Any && !withoutNoise && logProbability + GumbelNoise.Bound(bits) < _score)
            return;
        double score = withoutNoise ? logProbability : logProbability + GumbelNoise.FromBits(bits);
        if (Any && (score < _score || (score == _score && token >= Token)))
            return;
        (Any, _score, Token) = (true, score, token);
    }
}
