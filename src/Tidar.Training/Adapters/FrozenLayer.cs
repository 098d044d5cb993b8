using System.Globalization;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>One decoder layer of the base model; biases and head norms are empty where the architecture has none.</summary>
internal sealed class FrozenLayer : IDisposable
{
    private readonly Dictionary<LinearGroup, FrozenMatrix> _matrices = [];
    private readonly Dictionary<LinearGroup, float[]> _biases = [];
    private readonly float[][] _norms = new float[4][];

    /// <summary>Packs the layer's weights.</summary>
    public FrozenLayer(Checkpoint checkpoint, int layer, WorkerTeam team, TrainingPrecision precision, PreparedRows rows)
    {
        ModelConfig config = checkpoint.Config;
        string prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
        _norms[(int)LayerNorm.Attention] = Vector("input_layernorm.weight", config.HiddenSize);
        _norms[(int)LayerNorm.Mlp] = Vector("post_attention_layernorm.weight", config.HiddenSize);
        _norms[(int)LayerNorm.Query] = config.QueryKeyNorm ? Vector("self_attn.q_norm.weight", config.HeadDimension) : [];
        _norms[(int)LayerNorm.Key] = config.QueryKeyNorm ? Vector("self_attn.k_norm.weight", config.HeadDimension) : [];
        foreach (LinearGroup group in LinearModule.Groups)
        {
            IReadOnlyList<LinearModule> modules = LinearModule.Of(group, config);
            int inputs = LinearModule.Inputs(group, config);
            _matrices.Add(group, new FrozenMatrix(
                team,
                FrozenMatrix.Operand(precision, rows),
                FrozenMatrix.Operand(precision, rows),
                [.. modules.Select(m => checkpoint.Get($"{prefix}{m.Name}.weight", m.Outputs, inputs))]));
            bool hasBias = group switch
            {
                LinearGroup.QueryKeyValue => config.QueryKeyValueBias,
                LinearGroup.AttentionOutput => config.AttentionOutputBias,
                _ => config.MlpBias,
            };
            _biases.Add(group, hasBias ? [.. modules.SelectMany(m => Vector($"{m.Name}.bias", m.Outputs))] : []);
        }

        float[] Vector(string name, int length) => checkpoint.Get(prefix + name, length).ReadAll();
    }

    /// <summary>A norm's weight.</summary>
    public float[] Norm(LayerNorm norm) => _norms[(int)norm];

    /// <summary>The stacked weights of a group.</summary>
    public FrozenMatrix Matrix(LinearGroup group) => _matrices[group];

    /// <summary>The stacked biases of a group.</summary>
    public float[] Bias(LinearGroup group) => _biases[group];

    public void Dispose()
    {
        foreach (FrozenMatrix matrix in _matrices.Values)
            matrix.Dispose();
    }
}
