using Tidar.Models.Configuration;

namespace Tidar.Models.Adapters;

/// <summary>One linear layer under its Hugging Face name.</summary>
/// <param name="Name">Name inside the decoder layer, such as <c>self_attn.q_proj</c>.</param>
/// <param name="Outputs">Rows of its weight.</param>
public readonly record struct LinearModule(string Name, int Outputs)
{
    /// <summary>The last part of the name, by which PEFT's <c>target_modules</c> calls it.</summary>
    public string ShortName => Name[(Name.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>All groups, in the order of the forward pass.</summary>
    public static IReadOnlyList<LinearGroup> Groups { get; } =
        [LinearGroup.QueryKeyValue, LinearGroup.AttentionOutput, LinearGroup.GateUp, LinearGroup.Down];

    /// <summary>The modules of a group, in the order in which their outputs are stacked.</summary>
    public static IReadOnlyList<LinearModule> Of(LinearGroup group, ModelConfig config) => group switch
    {
        LinearGroup.QueryKeyValue =>
        [
            new("self_attn.q_proj", config.QueryWidth), new("self_attn.k_proj", config.KeyValueWidth), new("self_attn.v_proj", config.KeyValueWidth),
        ],
        LinearGroup.AttentionOutput => [new("self_attn.o_proj", config.HiddenSize)],
        LinearGroup.GateUp => [new("mlp.gate_proj", config.IntermediateSize), new("mlp.up_proj", config.IntermediateSize)],
        _ => [new("mlp.down_proj", config.HiddenSize)],
    };

    /// <summary>Width of a group's input.</summary>
    public static int Inputs(LinearGroup group, ModelConfig config) => group switch
    {
        LinearGroup.AttentionOutput => config.QueryWidth,
        LinearGroup.Down => config.IntermediateSize,
        _ => config.HiddenSize,
    };

    /// <summary>Width of a group's output.</summary>
    public static int TotalOutputs(LinearGroup group, ModelConfig config) => Of(group, config).Sum(static m => m.Outputs);
}
