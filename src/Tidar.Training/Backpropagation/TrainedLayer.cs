using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;

namespace Tidar.Training.Backpropagation;

/// <summary>A decoder layer whose every weight is trained.</summary>
internal sealed class TrainedLayer : LayerWeights
{
    private readonly ParameterSet _parameters;
    private readonly LayerParameters _places;
    private readonly LinearGradient _gradient;
    private readonly TrainedMatrix[] _matrices;

    public TrainedLayer(WorkerTeam team, TrainingPrecision precision, ParameterSet parameters, LinearGradient gradient, int layer)
    {
        _parameters = parameters;
        _places = new LayerParameters(parameters, layer);
        _gradient = gradient;
        _matrices = [.. LinearModule.Groups.Select(
            g => new TrainedMatrix(team, precision, parameters, gradient, _places.Weights(g), LinearModule.TotalOutputs(g, parameters.Config)))];
    }

    /// <summary>First element of the layer in the flat memory.</summary>
    public long Start => _places.Start;

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Norm(LayerNorm norm) => _places.Norm(norm) is { } place ? _parameters.Values(place) : default;

    /// <inheritdoc/>
    public override Span<float> NormGradient(LayerNorm norm) => _places.Norm(norm) is { } place ? _parameters.Gradients(place) : default;

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Bias(LinearGroup group) => _places.Bias(group) is { } place ? _parameters.Values(place) : default;

    /// <inheritdoc/>
    public override void Forward(LinearGroup group, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false) =>
        _matrices[(int)group].Forward(x, rows, y, accumulate);

    /// <inheritdoc/>
    public override void Backward(LinearGroup group, ReadOnlySpan<float> dy, ReadOnlySpan<float> x, int rows, Span<float> dx)
    {
        _matrices[(int)group].Backward(dy, x, rows, dx);
        if (_places.Bias(group) is { } bias)
            _gradient.AddBias(dy, rows, _parameters.Gradients(bias));
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        foreach (TrainedMatrix matrix in _matrices)
            matrix.Refresh();
    }

    protected override void Dispose(bool disposing)
    {
        foreach (TrainedMatrix matrix in _matrices)
            matrix.Dispose();
    }
}
