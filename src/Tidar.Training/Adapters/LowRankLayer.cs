using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>y += B·(A·x), forward and backward, for A [rank, inputs] and B [outputs, rank].</summary>
internal sealed class LowRankLayer : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly AdapterParameters _parameters;
    private readonly LinearGradient _gradient;
    private readonly ParameterSlice _down;
    private readonly ParameterSlice _up;
    private readonly int _rank;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly IOperand _downForward;
    private readonly IOperand _downBackward;
    private readonly IOperand _upForward;
    private readonly IOperand _upBackward;
    private readonly Activation _inner;
    private readonly Activation _innerGradient;

    /// <summary>Creates it; team, parameters and gradient outlive it.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="parameters">Where the factors are.</param>
    /// <param name="gradient">Adds to their gradients.</param>
    /// <param name="operand">Makes what multiplies by a factor; the gradients of the factors themselves are float32 sums of float32.</param>
    /// <param name="down">A.</param>
    /// <param name="up">B.</param>
    public LowRankLayer(WorkerTeam team, AdapterParameters parameters, LinearGradient gradient, Func<IOperand> operand, ParameterSlice down, ParameterSlice up)
    {
        (_downForward, _downBackward, _upForward, _upBackward) = (operand(), operand(), operand(), operand());
        (_team, _parameters, _gradient, _down, _up) = (team, parameters, gradient, down, up);
        _rank = parameters.Shape.Rank;
        _inputs = down.Length / _rank;
        _outputs = up.Length / _rank;
        _inner = new Activation(_rank);
        _innerGradient = new Activation(_rank);
    }

    /// <summary>Packs the factors as they are now; to be called when they have changed.</summary>
    public void Refresh()
    {
        Span<float> down = _parameters.Values(_down), up = _parameters.Values(_up);
        _downForward.PackTransposed(_team, down, _rank, _inputs);
        _downBackward.Pack(_team, down, _rank, _inputs);
        _upForward.PackTransposed(_team, up, _outputs, _rank);
        _upBackward.Pack(_team, up, _outputs, _rank);
    }

    /// <summary>y += B·(A·x) with x [rows, inputs], y [rows, outputs]; A·x is kept for the backward pass.</summary>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        Span<float> inner = _inner.Rows(rows);
        _downForward.Multiply(_team, x, rows, inner);
        _upForward.Multiply(_team, inner, rows, y, accumulate: true);
    }

    /// <summary>dx += what comes through the factors; their gradients are added to. x is the forward pass's.</summary>
    public void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx)
    {
        Span<float> inner = _inner.Rows(rows), innerGradient = _innerGradient.Rows(rows);
        _gradient.AddWeights(dy, inner, rows, _outputs, _parameters.Gradients(_up));
        _upBackward.Multiply(_team, dy, rows, innerGradient);
        _gradient.AddWeights(innerGradient, x, rows, _rank, _parameters.Gradients(_down));
        _downBackward.Multiply(_team, innerGradient, rows, dx, accumulate: true);
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _downForward, _downBackward, _upForward, _upBackward, _inner, _innerGradient })
            part.Dispose();
    }
}
