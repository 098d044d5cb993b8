using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>Weights W [outputs, inputs] that are not trained: packed once for the forward product x·Wᵀ and once for the data gradient dy·W.</summary>
internal sealed class FrozenMatrix : ILinear, IDisposable
{
    private readonly WorkerTeam _team;
    private readonly IOperand _forward;
    private readonly IOperand _backward;

    /// <summary>Stacks the rows of <paramref name="parts"/>, all of one width.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="forward">For x·Wᵀ; it is packed and belongs to the matrix.</param>
    /// <param name="backward">For dy·W; as well.</param>
    /// <param name="parts">The tensors.</param>
    public FrozenMatrix(WorkerTeam team, IOperand forward, IOperand backward, params ReadOnlySpan<WeightTensor> parts)
    {
        (_team, _forward, _backward) = (team, forward, backward);
        int inputs = parts[0].Columns, outputs = 0;
        foreach (WeightTensor part in parts)
            outputs = checked(outputs + (int)part.Rows);
        using AlignedBuffer<float> values = new((long)outputs * inputs);
        int row = 0;
        foreach (WeightTensor part in parts)
        {
            part.ReadRows(0, (int)part.Rows, values.Slice((long)row * inputs, checked((int)part.ElementCount)));
            row += (int)part.Rows;
        }

        Span<float> all = values.Slice(0, checked(outputs * inputs));
        _forward.PackTransposed(team, all, outputs, inputs);
        _backward.Pack(team, all, outputs, inputs);
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false) => _forward.Multiply(_team, x, rows, y, accumulate);

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx) => _backward.Multiply(_team, dy, rows, dx);

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }

    /// <summary>An operand of a precision.</summary>
    /// <param name="precision">Arithmetic of its products.</param>
    /// <param name="rows">Where integer products quantize their rows, shared by the matrices of a model.</param>
    public static IOperand Operand(TrainingPrecision precision, PreparedRows rows) =>
        precision == TrainingPrecision.Int8 ? new QuantizedOperand(rows) : new TrainingOperand(precision);
}
