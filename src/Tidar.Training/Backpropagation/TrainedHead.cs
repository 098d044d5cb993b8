using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>Final norm and LM head of a model that is trained; the head may be the embedding.</summary>
internal sealed class TrainedHead : IHeadWeights, IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly ParameterSlice _norm;
    private readonly TrainedMatrix _matrix;

    public TrainedHead(WorkerTeam team, TrainingPrecision precision, ParameterSet parameters, LinearGradient gradient)
    {
        _parameters = parameters;
        _norm = parameters["model.norm.weight"].Slice;
        ParameterSlice weights = parameters[parameters.Config.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"].Slice;
        _matrix = new TrainedMatrix(team, precision, parameters, gradient, weights, parameters.Config.VocabularySize);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Norm => _parameters.Values(_norm);

    /// <inheritdoc/>
    public Span<float> NormGradient => _parameters.Gradients(_norm);

    /// <inheritdoc/>
    public ILinear Matrix => _matrix;

    /// <summary>Takes over the weights as they are now.</summary>
    public void Refresh() => _matrix.Refresh();

    public void Dispose() => _matrix.Dispose();
}
