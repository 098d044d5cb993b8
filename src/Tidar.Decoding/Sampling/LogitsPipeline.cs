using Tidar.Kernels.Elementwise;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Sampling;

/// <summary>
/// Turns a row of raw logits into the tokens that may be chosen and their log-probabilities up to a constant. Every row of every strategy passes through
/// here. Works in the row it is given and in buffers of its own; allocates nothing per row.
/// </summary>
internal sealed class LogitsPipeline
{
    private readonly SamplingOptions _options;
    private readonly int _banned;
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly ulong[] _keys;
    private readonly float[] _masses;
    private int _count;

    /// <summary>Creates the pipeline.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="banned">A token that is never chosen, the mask token; -1 for none.</param>
    public LogitsPipeline(SamplingOptions options, int vocabularySize, int banned)
    {
        _options = options;
        _banned = banned;
        _bias = [.. options.LogitBias ?? new Dictionary<int, float>()];
        bool filters = !options.IsGreedy && (options.TopK > 0 || options.TopP < 1 || options.MinP > 0);
        _keys = filters ? new ulong[vocabularySize] : [];
        _masses = filters ? new float[vocabularySize] : [];
    }

    /// <summary>Whether <see cref="Adjust"/> does no more than remove the banned token, but for penalties.</summary>
    public bool IsPlain => _bias.Length == 0;

    /// <summary>Whether every token that is not banned survives; otherwise <see cref="Survivor"/> lists those that do.</summary>
    public bool KeepsAll { get; private set; }

    /// <summary>Number of survivors.</summary>
    public int Count => _count;

    /// <summary>A survivor, most likely first.</summary>
    public int Survivor(int index) => (int)(uint)_keys[index];

    /// <summary>Removes the banned token and applies penalties and bias, in place.</summary>
    public void Adjust(Span<float> logits, TokenHistory? history)
    {
        if (_banned >= 0)
            logits[_banned] = float.NegativeInfinity;
        if (history is not null)
            Penalize(logits, history);
        foreach ((int token, float bias) in _bias)
            logits[token] += bias;
    }

    /// <summary>Gives the banned token no probability at all, which a softmax cannot.</summary>
    public void ClearBanned(Span<float> probabilities)
    {
        if (_banned >= 0)
            probabilities[_banned] = 0;
    }

    /// <summary>The largest element's index, the lowest among equals.</summary>
    public static int Best(ReadOnlySpan<float> logits)
    {
        int best = Reduction.ArgMax(logits);
        FiniteLogits.Require(best, best < 0 ? float.NaN : logits[best]);
        return best;
    }

    /// <summary>
    /// Temperature, top-k, top-p, min-p. Afterwards <paramref name="logits"/> holds (logit - largest) / temperature, so the largest is 0, and the survivors
    /// are known.
    /// </summary>
    public void Filter(Span<float> logits)
    {
        float largest = logits[Best(logits)], temperature = _options.IsGreedy ? 1 : _options.Temperature;
        for (int i = 0; i < logits.Length; i++)
            logits[i] = (logits[i] - largest) / temperature;
        KeepsAll = _keys.Length == 0;
        if (KeepsAll)
            return;
        double totalMass = 1;
        if (_options.TopK > 0 && _options.TopK < logits.Length)
            SelectLargest(logits, _options.TopK);
        else
            totalMass = SelectPlausible(logits);
        _keys.AsSpan(0, _count).Sort();
        if (_options.TopP < 1)
            KeepNucleus(logits, totalMass);
        if (_options.MinP > 0)
            DropUnlikely(logits);
    }

    private void Penalize(Span<float> logits, TokenHistory history)
    {
        foreach (int token in history.Distinct)
        {
            float logit = logits[token];
            logit = logit > 0 ? logit / _options.RepetitionPenalty : logit * _options.RepetitionPenalty;
            int generated = history.Generated(token);
            if (generated > 0)
                logit -= _options.PresencePenalty + (generated * _options.FrequencyPenalty);
            logits[token] = logit;
        }
    }

    // A number that sorts by falling logit (none is above 0 here, so by rising magnitude), then by rising id.
    private static ulong Key(float logit, int token) => ((ulong)(BitConverter.SingleToUInt32Bits(logit) & 0x7FFFFFFF) << 32) | (uint)token;

    // The k smallest keys, by a heap whose root is the largest of those kept.
    private void SelectLargest(ReadOnlySpan<float> logits, int k)
    {
        Span<ulong> heap = _keys.AsSpan(0, k);
        for (int i = 0; i < k; i++)
            heap[i] = Key(logits[i], i);
        for (int i = (k / 2) - 1; i >= 0; i--)
            SiftDown(heap, i);
        for (int i = k; i < logits.Length; i++)
        {
            ulong key = Key(logits[i], i);
            if (key >= heap[0])
                continue;
            heap[0] = key;
            SiftDown(heap, 0);
        }

        _count = k;
    }

    private static void SiftDown(Span<ulong> heap, int index)
    {
        ulong moving = heap[index];
        for (int child = (2 * index) + 1; child < heap.Length; child = (2 * index) + 1)
        {
            if (child + 1 < heap.Length && heap[child + 1] > heap[child])
                child++;
            if (heap[child] <= moving)
                break;
            heap[index] = heap[child];
            index = child;
        }

        heap[index] = moving;
    }

    // All tokens that can pass the filters to come: those below share (1-p)/V of the mass weigh less than 1-p together, so the nucleus has none of them.
    private double SelectPlausible(ReadOnlySpan<float> logits)
    {
        double total = 1;
        double lowest = _options.MinP > 0 ? DeterministicMath.Log(_options.MinP) : double.NegativeInfinity;
        if (_options.TopP < 1)
        {
            Span<float> masses = _masses.AsSpan(0, logits.Length);
            logits.CopyTo(masses);
            Softmax.Run(masses);

            // The largest logit is 0, so its probability is 1 / Σe^x.
            total = 1.0 / Reduction.Max(masses);
            lowest = Math.Max(lowest, DeterministicMath.Log((1 - (double)_options.TopP) / logits.Length * total * 0.5));
        }

        _count = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (logits[i] >= lowest)
                _keys[_count++] = Key(logits[i], i);
        }

        return total;
    }

    // The shortest run of survivors whose mass reaches p of the total. After top-k the total is that of the k.
    private void KeepNucleus(ReadOnlySpan<float> logits, double totalMass)
    {
        Span<float> masses = _masses.AsSpan(0, _count);
        for (int i = 0; i < masses.Length; i++)
            masses[i] = logits[Survivor(i)];
        bool afterTopK = _options.TopK > 0 && _options.TopK < logits.Length;
        Softmax.Run(masses);

        // Among all tokens, the survivors' own softmax is too large by the mass that was left out before.
        double share = afterTopK ? 1 : 1 / (masses[0] * totalMass);
        double reached = 0;
        for (int i = 0; i < masses.Length; i++)
        {
            reached += masses[i] * share;
            if (reached >= _options.TopP)
            {
                _count = i + 1;
                return;
            }
        }
    }

    private void DropUnlikely(ReadOnlySpan<float> logits)
    {
        double lowest = DeterministicMath.Log(_options.MinP);
        while (_count > 1 && logits[Survivor(_count - 1)] < lowest)
            _count--;
    }
}
