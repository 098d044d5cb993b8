using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>One layer as mask rows pass through it: frozen weights and trained factors beside them.</summary>
internal sealed class MaskLayer : LayerWeights
{
    private readonly FrozenLayer _frozen;
    private readonly Dictionary<LinearGroup, LowRankLayer> _factors = [];

    public MaskLayer(FrozenLayer frozen, AdapterParameters parameters, int layer, WorkerTeam team, LinearGradient gradient, Func<IOperand> operand)
    {
        _frozen = frozen;
        foreach (LinearGroup group in LinearModule.Groups)
        {
            if (parameters.Down(layer, group) is { } down && parameters.Up(layer, group) is { } up)
                _factors.Add(group, new LowRankLayer(team, parameters, gradient, operand, down, up));
        }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Norm(LayerNorm norm) => _frozen.Norm(norm);

    /// <inheritdoc/>
    public override Span<float> NormGradient(LayerNorm norm) => [];

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Bias(LinearGroup group) => _frozen.Bias(group);

    /// <summary>Packs the factors as they are now.</summary>
    public override void Refresh()
    {
        foreach (LowRankLayer factors in _factors.Values)
            factors.Refresh();
    }

    /// <inheritdoc/>
    public override void Forward(LinearGroup group, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        _frozen.Matrix(group).Forward(x, rows, y, accumulate);
        if (_factors.TryGetValue(group, out LowRankLayer? factors))
            factors.Forward(x, rows, y);
    }

    /// <inheritdoc/>
    public override void Backward(LinearGroup group, ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx)
    {
        _frozen.Matrix(group).Backward(dy, x, rows, dx);
        if (_factors.TryGetValue(group, out LowRankLayer? factors))
            factors.Backward(dy, x, rows, dx);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (LowRankLayer factors in _factors.Values)
            factors.Dispose();
    }
}
