using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>
/// An adapter at work: knows which rows of a multiplication are masks, and computes what the adapter adds to them. Other rows are not touched. A row's addition
/// has the same bits whatever other rows there are.
/// </summary>
internal sealed class AdapterPass : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly float[] _maskEmbedding;
    private readonly int _hiddenSize;
    private readonly Dictionary<(int Layer, LinearGroup Group), LowRankWeights> _weights = [];
    private readonly Dictionary<int, Activation> _inputs = [];
    private readonly Dictionary<int, Activation> _inner = [];
    private readonly Dictionary<int, Activation> _additions = [];
    private readonly PreparedRows _prepared = new();
    private readonly List<int> _masks = [];
    private int[] _indices = [];
    private int _rows;

    /// <summary>Packs an adapter.</summary>
    public AdapterPass(MaskAdapter adapter, ModelConfig config, WorkerTeam team)
    {
        _team = team;
        _maskEmbedding = adapter.MaskEmbedding;
        _hiddenSize = config.HiddenSize;
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (LinearGroup group in LinearModule.Groups)
            {
                if (adapter.Find(layer, group) is { } factors)
                    _weights.Add((layer, group), LowRankWeights.Pack(factors, group, config, team));
            }
        }
    }

    /// <summary>Bytes of packed factors.</summary>
    public long Bytes => _weights.Values.Sum(static w => w.Bytes);

    /// <summary>What a mask row starts from, [hidden]. Slots behind the trained draft length start as the last one does.</summary>
    public ReadOnlySpan<float> Embedding(int slot)
    {
        int last = (_maskEmbedding.Length / _hiddenSize) - 1;
        return _maskEmbedding.AsSpan(Math.Min(slot, last) * _hiddenSize, _hiddenSize);
    }

    /// <summary>Says which rows the next multiplications have: all of <paramref name="tokens"/>, or those that <paramref name="selected"/> names.</summary>
    public void Select(ReadOnlySpan<TokenRow> tokens, ReadOnlySpan<int> selected = default)
    {
        _rows = selected.IsEmpty ? tokens.Length : selected.Length;
        if (_indices.Length < _rows)
            _indices = new int[_rows + (_rows / 4)];
        _masks.Clear();
        for (int i = 0; i < _rows; i++)
        {
            bool isMask = tokens[selected.IsEmpty ? i : selected[i]].IsMask;
            _indices[i] = isMask ? _masks.Count : -1;
            if (isMask)
                _masks.Add(i);
        }
    }

    /// <summary>What the adapter adds to the results of a group of linear layers. Valid until the next call for a group as wide.</summary>
    /// <param name="layer">Decoder layer.</param>
    /// <param name="group">The group.</param>
    /// <param name="source">The group's input, or with a norm what it is computed from, [rows, inputs].</param>
    /// <param name="norm">Weight of the norm before the group; empty for none.</param>
    /// <param name="epsilon">The norm's ε.</param>
    public RowAdditions Compute(int layer, LinearGroup group, ReadOnlySpan<float> source, ReadOnlySpan<float> norm = default, float epsilon = 0)
    {
        if (_masks.Count == 0 || !_weights.TryGetValue((layer, group), out LowRankWeights? weights))
            return default;
        int inputs = weights.Down.Inputs, count = _masks.Count;
        Span<float> gathered = Matrix(_inputs, inputs).Rows(count);
        for (int i = 0; i < count; i++)
            source.Slice(_masks[i] * inputs, inputs).CopyTo(gathered.Slice(i * inputs, inputs));
        if (norm.IsEmpty)
            _prepared.Set(_team, weights.Down, gathered, count);
        else
            _prepared.SetNormalized(_team, weights.Down, gathered, count, norm, epsilon);
        Span<float> inner = Matrix(_inner, weights.Down.Outputs).Rows(count);
        weights.Down.Multiply(_team, _prepared, inner);
        _prepared.Set(_team, weights.Up, inner, count);
        Span<float> additions = Matrix(_additions, weights.Up.Outputs).Rows(count);
        weights.Up.Multiply(_team, _prepared, additions);
        return new RowAdditions(additions, _indices.AsSpan(0, _rows));
    }

    public void Dispose()
    {
        _prepared.Dispose();
        foreach (IDisposable part in _weights.Values.Concat<IDisposable>(_inputs.Values).Concat(_inner.Values).Concat(_additions.Values))
            part.Dispose();
    }

    private static Activation Matrix(Dictionary<int, Activation> matrices, int width)
    {
        if (!matrices.TryGetValue(width, out Activation? matrix))
            matrices.Add(width, matrix = new Activation(width));
        return matrix;
    }
}
