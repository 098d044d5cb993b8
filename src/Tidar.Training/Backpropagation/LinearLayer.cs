using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// y = x·Wᵀ + b forward and backward, for W [outputs, inputs] as Hugging Face stores it. Knows nothing of layers; holds only scratch memory.
/// </summary>
internal sealed class LinearLayer(WorkerTeam team) : IDisposable
{
    private readonly PackedOperand _weights = new();
    private readonly PackedOperand _inputs = new();
    private readonly ColumnSums _biases = new();
    private AlignedBuffer<float> _transposed = new(0);

    /// <summary>y (+)= x·Wᵀ with x [rows, inputs]; the bias is the caller's to add.</summary>
    public void Forward(ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> weights, int outputs, Span<float> y, bool accumulate = false)
    {
        _weights.PackTransposed(team, weights, outputs, weights.Length / outputs);
        _weights.Multiply(team, x, rows, y, accumulate);
    }

    /// <summary>dx = dy·W with dy [rows, outputs].</summary>
    public void InputGradient(ReadOnlySpan<float> dy, int rows, ReadOnlySpan<float> weights, int outputs, Span<float> dx)
    {
        _weights.Pack(team, weights, outputs, weights.Length / outputs);
        _weights.Multiply(team, dy, rows, dx);
    }

    /// <summary>dW += dyᵀ·x.</summary>
    public void WeightGradient(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, int outputs, Span<float> weightGradient)
    {
        int inputs = weightGradient.Length / outputs;
        long needed = (long)rows * outputs;
        BufferGrowth.Reserve(ref _transposed, needed);

        Span<float> transposed = _transposed.Slice(0, checked((int)needed));
        Transposition.Run(team, dy, rows, outputs, transposed);
        _inputs.Pack(team, x, rows, inputs);
        _inputs.Multiply(team, transposed, outputs, weightGradient, accumulate: true);
    }

    /// <summary>db += Σ over rows of dy.</summary>
    public void BiasGradient(ReadOnlySpan<float> dy, int rows, Span<float> biasGradient) => _biases.Add(team, dy, rows, biasGradient);

    public void Dispose()
    {
        _weights.Dispose();
        _inputs.Dispose();
        _biases.Dispose();
        _transposed.Dispose();
    }
}
