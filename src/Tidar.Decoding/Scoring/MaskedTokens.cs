namespace Tidar.Decoding.Scoring;

/// <summary>
/// The estimate of LLaDA's likelihood (arXiv 2502.09992, equation 6) for L tokens: the mean over masks of L/l times the log-probability of the l masked tokens. Its
/// expectation is the mean over all orders in which the tokens could be decided one by one, a lower bound of the log-likelihood. A single token leaves nothing to draw.
/// </summary>
internal sealed class MaskedTokens
{
    private readonly int _length;
    private readonly SampleGroups _groups;
    private readonly MaskLots _lots;
    private readonly List<int> _counts = [];

    /// <summary>Prepares an estimate.</summary>
    /// <param name="length">L, at least 1.</param>
    /// <param name="samples">Masks to draw where there is something to draw.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="stream">The block, or 0.</param>
    public MaskedTokens(int length, int samples, long seed, int stream)
    {
        _length = length;
        Samples = IsExact ? 1 : samples;
        _groups = new SampleGroups(Samples);
        _lots = new MaskLots(seed, stream, length);
    }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsExact => _length == 1;

    /// <summary>Masks that are drawn.</summary>
    public int Samples { get; }

    /// <summary>The masked places of every sample, ascending.</summary>
    public IEnumerable<int[]> Draw()
    {
        _counts.Clear();
        for (int group = 0; group < _groups.Count; group++)
        {
            for (int i = 0; i < _groups.Size(group); i++)
            {
                int[] places = _lots.Draw(group, i, _groups.Size(group));
                _counts.Add(places.Length);
                yield return places;
            }
        }
    }

    /// <summary>The estimate and its standard error.</summary>
    /// <param name="sums">For every sample drawn the log-probability of its masked tokens; scaled in place.</param>
    public (double Value, double? StandardError) Estimate(Span<double> sums)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] *= (double)_length / _counts[i];
        return IsExact ? (sums[0], 0) : _groups.Summarize(sums);
    }
}
