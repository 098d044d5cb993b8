using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// All weights of a model. Inside a layer matrices come first and biases last, so that q, k, v (and gate, up) lie side by side and act as one matrix.
/// </summary>
public sealed class ParameterSet : FlatParameters
{
    /// <summary>Creates zero weights for a model of the given shape.</summary>
    public ParameterSet(ModelConfig config)
        : base(DecoderLayout.Tensors(config).OrderBy(t => Order(t.Name, config))) => Config = config;

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Reads every weight from a checkpoint of the same shape.</summary>
    /// <exception cref="InvalidInputException">A tensor is missing or has another shape.</exception>
    public void Load(Checkpoint checkpoint)
    {
        foreach (Parameter parameter in All)
        {
            WeightTensor tensor = checkpoint.Get(parameter.Name, parameter.Shape);
            tensor.ReadRows(0, checked((int)tensor.Rows), Values(parameter.Slice));
        }
    }

    // Layers stay in order; within a layer biases go last. The sort is stable, so everything else keeps its place.
    private static int Order(string name, ModelConfig config)
    {
        const string Prefix = "model.layers.";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return name == "model.embed_tokens.weight" ? 0 : (2 * config.LayerCount) + 2;
        int dot = name.IndexOf('.', Prefix.Length);
        int layer = int.Parse(name.AsSpan(Prefix.Length, dot - Prefix.Length), System.Globalization.CultureInfo.InvariantCulture);
        return 1 + (2 * layer) + (name.EndsWith(".bias", StringComparison.Ordinal) ? 1 : 0);
    }
}
