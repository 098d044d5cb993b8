using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Training.Backpropagation;

/// <summary>What a layer's forward pass leaves for its backward pass beside its input; all matrices are [rows, width].</summary>
internal sealed class LayerActivations(ModelConfig config) : IDisposable
{
    /// <summary>Normalized input of q, k, v.</summary>
    public Activation AttentionInput { get; } = new(config.HiddenSize);

    /// <summary>Queries and keys before their norms; empty where there are none.</summary>
    public Activation Unnormalized { get; } = new(config.QueryWidth + config.KeyValueWidth);

    /// <summary>Rotated queries and keys, and values.</summary>
    public Activation States { get; } = new(config.QueryWidth + (2 * config.KeyValueWidth));

    /// <summary>The attention's result before the output projection.</summary>
    public Activation Attended { get; } = new(config.QueryWidth);

    /// <summary>Residual stream between attention and MLP.</summary>
    public Activation Middle { get; } = new(config.HiddenSize);

    /// <summary>Normalized input of gate and up.</summary>
    public Activation MlpInput { get; } = new(config.HiddenSize);

    /// <summary>gate and up, biases included.</summary>
    public Activation GateUp { get; } = new(2 * config.IntermediateSize);

    /// <summary>silu(gate) · up.</summary>
    public Activation Activated { get; } = new(config.IntermediateSize);

    public void Dispose()
    {
        AttentionInput.Dispose();
        Unnormalized.Dispose();
        States.Dispose();
        Attended.Dispose();
        Middle.Dispose();
        MlpInput.Dispose();
        GateUp.Dispose();
        Activated.Dispose();
    }
}
