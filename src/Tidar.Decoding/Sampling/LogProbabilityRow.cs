using Tidar.Kernels.Elementwise;

namespace Tidar.Decoding.Sampling;

/// <summary>Log softmax of one row of raw logits. Keeps a copy of the row, because choosing a token uses the row up.</summary>
internal sealed class LogProbabilityRow(int vocabularySize)
{
    private readonly float[] _logits = new float[vocabularySize];
    private readonly float[] _masses = new float[vocabularySize];
    private double _normalizer;

    /// <summary>Takes a row [V].</summary>
    public void Set(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_logits);
        logits.CopyTo(_masses);
        Softmax.Run(_masses);

        // p(best) = e^best / Σ: the normalizer in double precision, from a number that is far from underflow.
        int best = LogitsPipeline.Best(_logits);
        _normalizer = _logits[best] - DeterministicMath.Log(_masses[best]);
    }

    /// <summary>Log-probability of a token.</summary>
    public double Of(int token) => _logits[token] - _normalizer;

    /// <summary>The <paramref name="count"/> most likely tokens, most likely first, the lower id first among equals.</summary>
    public TokenAlternative[] Top(int count)
    {
        count = Math.Min(count, _logits.Length);
        TokenAlternative[] top = new TokenAlternative[count];
        int filled = 0;
        for (int token = 0; token < _logits.Length && count > 0; token++)
        {
            double value = Of(token);
            if (filled == count && value <= top[^1].LogProbability)
                continue;
            int place = filled < count ? filled++ : count - 1;
            for (; place > 0 && top[place - 1].LogProbability < value; place--)
                top[place] = top[place - 1];
            top[place] = new TokenAlternative(token, value);
        }

        return top;
    }
}
