using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>One layer as mask rows pass through it: frozen weights, factors, and what the backward pass needs.</summary>
internal sealed class MaskLayer : IDisposable
{
    private readonly Dictionary<LinearGroup, LowRankLayer> _factors = [];

    public MaskLayer(FrozenLayer frozen, AdapterParameters parameters, int layer, WorkerTeam team, LinearLayer linear)
    {
        Frozen = frozen;
        Kept = new LayerActivations(parameters.Shape.Model);
        foreach (LinearGroup group in LinearModule.Groups)
        {
            if (parameters.Down(layer, group) is { } down && parameters.Up(layer, group) is { } up)
                _factors.Add(group, new LowRankLayer(team, parameters, linear, down, up));
        }
    }

    /// <summary>The base model's weights; not owned.</summary>
    public FrozenLayer Frozen { get; }

    public LayerActivations Kept { get; }

    /// <summary>Packs the factors as they are now.</summary>
    public void Refresh()
    {
        foreach (LowRankLayer factors in _factors.Values)
            factors.Refresh();
    }

    /// <summary>y (+)= x·Wᵀ and what the factors add; the bias is the caller's.</summary>
    public void Forward(LinearGroup group, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        Frozen.Matrix(group).Forward(x, rows, y, accumulate);
        if (_factors.TryGetValue(group, out LowRankLayer? factors))
            factors.Forward(x, rows, y);
    }

    /// <summary>dx = dy·W and what comes through the factors, whose gradients are added to.</summary>
    public void Backward(LinearGroup group, ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx)
    {
        Frozen.Matrix(group).InputGradient(dy, rows, dx);
        if (_factors.TryGetValue(group, out LowRankLayer? factors))
            factors.Backward(dy, x, rows, dx);
    }

    public void Dispose()
    {
        Kept.Dispose();
        foreach (LowRankLayer factors in _factors.Values)
            factors.Dispose();
    }
}
