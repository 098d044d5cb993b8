using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>The base model's weights packed for passes forward and backward through mask rows. Nothing here changes.</summary>
public sealed class FrozenDecoder : IHeadWeights, IDisposable
{
    private readonly FrozenLayer[] _layers;
    private readonly float[] _finalNorm;
    private readonly FrozenMatrix _head;
    private readonly TrainingPrecision _precision;
    private readonly PreparedRows _rows = new();

    /// <summary>Packs all weights of a checkpoint.</summary>
    /// <param name="checkpoint">The base model.</param>
    /// <param name="team">Threads.</param>
    /// <param name="precision">Arithmetic of the products with these weights.</param>
    public FrozenDecoder(Checkpoint checkpoint, WorkerTeam team, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        ModelConfig config = checkpoint.Config;
        Config = config;
        _precision = precision;
        WeightTensor embedding = checkpoint.Get("model.embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.LayerCount).Select(l => new FrozenLayer(checkpoint, l, team, precision, _rows))];
        _finalNorm = checkpoint.Get("model.norm.weight", config.HiddenSize).ReadAll();

        // A gradient over the vocabulary is one large number and many small ones that together weigh as much: 8 bits a row would lose them, but most are nothing.
        _head = new FrozenMatrix(
            team,
            FrozenMatrix.Operand(precision, _rows),
            precision == TrainingPrecision.Int8 ? new SparseOperand() : FrozenMatrix.Operand(precision, _rows),
            config.TiedEmbeddings ? embedding : checkpoint.Get("lm_head.weight", config.VocabularySize, config.HiddenSize));
    }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    internal IReadOnlyList<FrozenLayer> Layers => _layers;

    /// <summary>What multiplies by an adapter's factors beside these weights: in 8 bits where they are, as decoding does, else in float32.</summary>
    internal IOperand FactorOperand() => FrozenMatrix.Operand(_precision == TrainingPrecision.Int8 ? TrainingPrecision.Int8 : TrainingPrecision.Float32, _rows);

    ReadOnlySpan<float> IHeadWeights.Norm => _finalNorm;

    Span<float> IHeadWeights.NormGradient => [];

    ILinear IHeadWeights.Matrix => _head;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FrozenLayer layer in _layers)
            layer.Dispose();
        _head.Dispose();
        _rows.Dispose();
    }
}
