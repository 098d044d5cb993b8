using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>A trained matrix W [outputs, inputs]: packed once an optimizer step for both directions, its gradient summed in float32.</summary>
internal sealed class TrainedMatrix(
    WorkerTeam team, TrainingPrecision precision, FlatParameters parameters, LinearGradient gradient, ParameterSlice weights, int outputs) : ILinear, IDisposable
{
    private readonly TrainingOperand _forward = new(precision);
    private readonly TrainingOperand _backward = new(precision);

    /// <summary>Packs the weights as they are now.</summary>
    public void Refresh()
    {
        Span<float> values = parameters.Values(weights);
        _forward.PackTransposed(team, values, outputs, values.Length / outputs);
        _backward.Pack(team, values, outputs, values.Length / outputs);
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false) => _forward.Multiply(team, x, rows, y, accumulate);

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx)
    {
        _backward.Multiply(team, dy, rows, dx);
        gradient.AddWeights(dy, x, rows, outputs, parameters.Gradients(weights));
    }

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
