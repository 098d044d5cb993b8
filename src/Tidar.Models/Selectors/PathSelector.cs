using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Memory;
using Tidar.Models.Weights;

namespace Tidar.Models.Selectors;

/// <summary>
/// Scores the candidates of a draft's slot by the tokens before it (docs/selector.md): S(b) = s·U(b) + ⟨Σ A_i(a_i) ⊙ (G(h) + g), B(b)⟩ + c_m(b), where U are the candidates' logits, a_1 is the
/// token before the slot, a_2 the one before that, h the slot's hidden state, A_i, B low-rank maps of normalized token embeddings, and m(b) the length of the longest repetition of the text
/// that b would go on with (<see cref="CopyMatches"/>). It decides drafts only, so it can never change a text. Not thread-safe, as the model is not.
/// </summary>
/// <remarks>A token's maps are computed when it first comes up and kept: a text uses few tokens of the vocabulary.</remarks>
public sealed class PathSelector : IDisposable
{
    /// <summary>Keeps the normalization of a vector of zeros finite.</summary>
    internal const float NormEpsilon = 1e-6f;

    private readonly SelectorWeights _weights;
    private readonly WeightTensor _embedding;
    private readonly float[] _ones;
    private readonly float[] _row;
    private readonly float[] _state;
    private readonly float[] _query;
    private readonly byte[] _matches;
    private readonly TokenMap[] _from;
    private readonly TokenMap _to;

    /// <summary>Creates it over a model's embedding [vocabulary, hidden], which must stay readable.</summary>
    public PathSelector(SelectorWeights weights, WeightTensor embedding)
    {
        _weights = weights;
        _embedding = embedding;
        int width = embedding.Columns, map = weights.Rank * width;
        _ones = new float[width];
        Array.Fill(_ones, 1);
        _row = new float[width];
        _state = new float[width];
        _query = new float[weights.Rank];
        _matches = new byte[weights.Candidates];
        _from = [.. Enumerable.Range(0, weights.Predecessors).Select(i => new TokenMap(weights.From.AsMemory(i * map, map), weights.Rank, embedding.Rows))];
        _to = new TokenMap(weights.To, weights.Rank, embedding.Rows);
    }

    /// <summary>C: how many candidates of a slot to score.</summary>
    public int Candidates => _weights.Candidates;

    /// <summary>How many tokens before a slot are looked at.</summary>
    public int Predecessors => _weights.Predecessors;

    /// <summary>Width of its maps and gates.</summary>
    public int Rank => _weights.Rank;

    /// <summary>The weights.</summary>
    public SelectorWeights Weights => _weights;

    /// <summary>Brings a vector to a root mean square of 1: what the maps and the gate read.</summary>
    /// <param name="x">[hidden].</param>
    /// <param name="ones">[hidden], all 1.</param>
    /// <param name="y">[hidden].</param>
    internal static void Normalize(ReadOnlySpan<float> x, ReadOnlySpan<float> ones, Span<float> y) => RmsNorm.Run(x, ones, NormEpsilon, y);

    /// <summary>What a slot's hidden state lets through: the part of a score that is the same for every path to the slot.</summary>
    /// <param name="slot">1 … K-1. Slots behind the trained ones are scored as the last of those.</param>
    /// <param name="state">The slot's hidden state, [hidden], as the LM head reads it.</param>
    /// <param name="gate">G(h) + g, [rank].</param>
    public void Gate(int slot, ReadOnlySpan<float> state, Span<float> gate)
    {
        int width = _row.Length, first = Trained(slot) * _weights.Rank;
        Normalize(state, _ones, _state);
        for (int r = 0; r < _weights.Rank; r++)
            gate[r] = Reduction.Dot(_weights.Gate.AsSpan(r * width, width), _state) + _weights.GateBias[first + r];
    }

    /// <summary>Replaces the logits of a slot's candidates by their scores.</summary>
    /// <param name="slot">1 … K-1.</param>
    /// <param name="gate">The slot's <see cref="Gate"/>, [rank].</param>
    /// <param name="before">All tokens before the slot, the nearest last; -1 stands for none.</param>
    /// <param name="tokens">The candidates; -1 for none.</param>
    /// <param name="scores">Their logits; becomes their scores.</param>
    /// <param name="temperature">What the logits have been divided by.</param>
    public void Score(int slot, ReadOnlySpan<float> gate, ReadOnlySpan<int> before, ReadOnlySpan<int> tokens, Span<float> scores, float temperature = 1)
    {
        int rank = _weights.Rank;
        _query.AsSpan().Clear();
        for (int i = 0; i < Math.Min(_from.Length, before.Length); i++)
        {
            if (before[^(i + 1)] < 0)
                continue;
            ReadOnlySpan<float> part = Map(_from[i], before[^(i + 1)]);
            for (int r = 0; r < rank; r++)
                _query[r] += part[r];
        }

        for (int r = 0; r < rank; r++)
            _query[r] *= gate[r] / temperature;
        float scale = _weights.Scale[Trained(slot)];
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= 0)
                scores[i] = (scale * scores[i]) + Reduction.Dot(_query, Map(_to, tokens[i]));
        }

        AddCopies(before, tokens, scores, temperature);
    }

    /// <summary>The place of the best of a slot's candidates; of equal scores the lowest id wins.</summary>
    /// <param name="tokens">The candidates, the first of which is there; -1 for none.</param>
    /// <param name="scores">Their scores.</param>
    public static int Best(ReadOnlySpan<int> tokens, ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < tokens.Length; i++)
        {
            if (tokens[i] >= 0 && (scores[i] > scores[best] || (scores[i] == scores[best] && tokens[i] < tokens[best])))
                best = i;
        }

        return best;
    }

    private void AddCopies(ReadOnlySpan<int> before, ReadOnlySpan<int> tokens, Span<float> scores, float temperature)
    {
        Span<byte> matches = _matches.AsSpan(0, tokens.Length);
        CopyMatches.Find(before, _weights.Copy.Length, tokens, matches);
        for (int i = 0; i < tokens.Length; i++)
        {
            if (matches[i] > 0)
                scores[i] += _weights.Copy[matches[i] - 1] / temperature;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TokenMap map in _from)
            map.Dispose();
        _to.Dispose();
    }

    private int Trained(int slot) => Math.Min(slot, _weights.Slots) - 1;

    // A token under a map: computed the first time.
    private ReadOnlySpan<float> Map(TokenMap map, int token)
    {
        Span<float> result = map.Row(token, out bool isKnown);
        if (isKnown)
            return result;
        _embedding.ReadRows(token, 1, _row);
        Normalize(_row, _ones, _row);
        ReadOnlySpan<float> weights = map.Weights.Span;
        for (int r = 0; r < result.Length; r++)
            result[r] = Reduction.Dot(weights.Slice(r * _row.Length, _row.Length), _row);
        return result;
    }

    // Memory for every token, of which only what is used becomes real.
    private sealed class TokenMap(ReadOnlyMemory<float> weights, int rank, long vocabulary) : IDisposable
    {
        private readonly AlignedBuffer<float> _rows = new(vocabulary * rank);
        private readonly bool[] _known = new bool[vocabulary];

        public ReadOnlyMemory<float> Weights => weights;

        public Span<float> Row(int token, out bool isKnown)
        {
            isKnown = _known[token];
            _known[token] = true;
            return _rows.Slice((long)token * rank, rank);
        }

        public void Dispose() => _rows.Dispose();
    }
}
