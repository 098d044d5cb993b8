using System.Runtime.InteropServices;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;

namespace Tidar.Models.Transformers;

/// <summary>An adapter at work: knows which rows of a multiplication are masks, and the terms that are added to them. Other rows are not touched.</summary>
internal sealed class AdapterPass : IDisposable
{
    private readonly float[] _maskEmbedding;
    private readonly int _hiddenSize;
    private readonly Dictionary<(int Layer, LinearGroup Group), LowRankTerm> _terms = [];
    private readonly List<bool> _masks = [];

    /// <summary>Packs an adapter beside the matrices that it adds to.</summary>
    public AdapterPass(MaskAdapter adapter, ModelConfig config, LayerWeights[] layers, WorkerTeam team)
    {
        _maskEmbedding = adapter.MaskEmbedding;
        _hiddenSize = config.HiddenSize;
        for (int layer = 0; layer < layers.Length; layer++)
        {
            foreach (LinearGroup group in LinearModule.Groups)
            {
                if (adapter.Find(layer, group) is { } factors)
                    _terms.Add((layer, group), Pack(factors, layers[layer].Of(group), group, config.IntermediateSize, team));
            }
        }
    }

    /// <summary>Bytes of packed factors.</summary>
    public long Bytes => _terms.Values.Sum(static w => w.Bytes);

    /// <summary>Whether the rows of the next multiplications are masks.</summary>
    public ReadOnlySpan<bool> Masks => CollectionsMarshal.AsSpan(_masks);

    /// <summary>What a mask row starts from, [hidden]. Slots behind the trained draft length start as the last one does.</summary>
    public ReadOnlySpan<float> Embedding(int slot)
    {
        int last = (_maskEmbedding.Length / _hiddenSize) - 1;
        return _maskEmbedding.AsSpan(Math.Min(slot, last) * _hiddenSize, _hiddenSize);
    }

    /// <summary>Says which rows the next multiplications have: all of <paramref name="tokens"/>, or those that <paramref name="selected"/> names.</summary>
    public void Select(ReadOnlySpan<TokenRow> tokens, ReadOnlySpan<int> selected = default)
    {
        _masks.Clear();
        int rows = selected.IsEmpty ? tokens.Length : selected.Length;
        for (int i = 0; i < rows; i++)
            _masks.Add(tokens[selected.IsEmpty ? i : selected[i]].IsMask);
    }

    /// <summary>What is added to the results of a group of linear layers for masks; null for nothing.</summary>
    public LowRankTerm? Term(int layer, LinearGroup group) => _terms.GetValueOrDefault((layer, group));

    public void Dispose()
    {
        foreach (LowRankTerm term in _terms.Values)
            term.Dispose();
    }

    private static LowRankTerm Pack(LowRankFactors factors, WeightMatrix matrix, LinearGroup group, int intermediate, WorkerTeam team)
    {
        LowRankTerm term = new(matrix, factors.Rank);
        term.Down.SetRows(0, factors.Down);
        if (group != LinearGroup.GateUp)
        {
            term.Up.SetRows(0, factors.Up);
            return term;
        }

        GatedJob job = new(factors, term.Up, intermediate);
        team.Run(ref job, term.Up.Outputs / (2 * GatedRows.PerPanel));
        return term;
    }

    // Rows of gate and up change places as in the layer's own matrix; a panel is an item.
    private readonly struct GatedJob(LowRankFactors factors, WeightMatrix up, int width) : IJob
    {
        public void Execute(int item, int worker)
        {
            int first = item * GatedRows.PerPanel, count = Math.Min(GatedRows.PerPanel, width - first), rank = factors.Rank;
            up.SetRows(GatedRows.IndexOf(first, up: false), factors.Up.AsSpan(first * rank, count * rank));
            up.SetRows(GatedRows.IndexOf(first, up: true), factors.Up.AsSpan((width + first) * rank, count * rank));
        }
    }
}
