using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>Gradients of a linear layer's weights and bias. Knows nothing of layers; holds only scratch memory that all of them share.</summary>
internal sealed class LinearGradient(WorkerTeam team, TrainingPrecision precision) : IDisposable
{
    private readonly TrainingOperand _inputs = new(precision);
    private readonly ColumnSums _biases = new();

    /// <summary>dW [outputs, inputs] += dyᵀ·x with dy [rows, outputs], x [rows, inputs].</summary>
    public void AddWeights(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, int outputs, Span<float> weightGradient)
    {
        _inputs.Pack(team, x, rows, weightGradient.Length / outputs);
        _inputs.MultiplyTransposed(team, dy, outputs, weightGradient, accumulate: true);
    }

    /// <summary>db += Σ over rows of dy.</summary>
    public void AddBias(ReadOnlySpan<float> dy, int rows, Span<float> biasGradient) => _biases.Add(team, dy, rows, biasGradient);

    public void Dispose()
    {
        _inputs.Dispose();
        _biases.Dispose();
    }
}
