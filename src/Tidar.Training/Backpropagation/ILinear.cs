namespace Tidar.Training.Backpropagation;

/// <summary>A linear layer without its bias, W [outputs, inputs] as Hugging Face stores it, forward and backward.</summary>
internal interface ILinear
{
    /// <summary>y (+)= x·Wᵀ with x [rows, inputs]; the bias is the caller's to add.</summary>
    void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false);

    /// <summary>dx = dy·W with dy [rows, outputs]; gradients of what is trained are added to.</summary>
    void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx);
}
