using Tidar.Models.Adapters;

namespace Tidar.Training.Backpropagation;

/// <summary>One decoder layer's weights as passes forward and backward use them, trained or frozen.</summary>
internal abstract class LayerWeights : IDisposable
{
    /// <summary>Weight of a norm.</summary>
    public abstract ReadOnlySpan<float> Norm(LayerNorm norm);

    /// <summary>Gradient of a norm's weight; empty where it is not trained.</summary>
    public abstract Span<float> NormGradient(LayerNorm norm);

    /// <summary>The stacked biases of a group; empty where there are none.</summary>
    public abstract ReadOnlySpan<float> Bias(LinearGroup group);

    /// <summary>y (+)= x·Wᵀ for the stacked weights of a group; the bias is the caller's to add.</summary>
    public abstract void Forward(LinearGroup group, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false);

    /// <summary>dx = dy·W; gradients of weights and biases that are trained are added to.</summary>
    public abstract void Backward(LinearGroup group, ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx);

    /// <summary>Takes over the weights as they are now.</summary>
    public abstract void Refresh();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
