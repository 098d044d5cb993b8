using System.Globalization;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;

namespace Tidar.Training.Backpropagation;

/// <summary>Where one decoder layer's weights lie; biases and head norms are null where the architecture has none.</summary>
internal sealed class LayerParameters
{
    public LayerParameters(ParameterSet set, int layer)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
        ModelConfig config = set.Config;
        AttentionNorm = One("input_layernorm.weight");
        QueryKeyValue = Three("self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight");
        QueryKeyValueBias = config.QueryKeyValueBias ? Three("self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias") : null;
        QueryNorm = config.QueryKeyNorm ? One("self_attn.q_norm.weight") : null;
        KeyNorm = config.QueryKeyNorm ? One("self_attn.k_norm.weight") : null;
        AttentionOutput = One("self_attn.o_proj.weight");
        AttentionOutputBias = config.AttentionOutputBias ? One("self_attn.o_proj.bias") : null;
        MlpNorm = One("post_attention_layernorm.weight");
        GateUp = Two("mlp.gate_proj.weight", "mlp.up_proj.weight");
        GateUpBias = config.MlpBias ? Two("mlp.gate_proj.bias", "mlp.up_proj.bias") : null;
        Down = One("mlp.down_proj.weight");
        DownBias = config.MlpBias ? One("mlp.down_proj.bias") : null;
        Start = set.All.Where(p => p.Name.StartsWith(prefix, StringComparison.Ordinal)).Min(static p => p.Slice.Start);

        ParameterSlice One(string name) => set[prefix + name].Slice;

        ParameterSlice Two(string first, string second) => set.Join(prefix + first, prefix + second);

        ParameterSlice Three(string first, string second, string third) => set.Join(prefix + first, prefix + second, prefix + third);
    }

    /// <summary>First element of the layer; its tensors lie together, behind those of the layers before it.</summary>
    public long Start { get; }

    private ParameterSlice AttentionNorm { get; }

    private ParameterSlice QueryKeyValue { get; }

    private ParameterSlice? QueryKeyValueBias { get; }

    private ParameterSlice? QueryNorm { get; }

    private ParameterSlice? KeyNorm { get; }

    private ParameterSlice AttentionOutput { get; }

    private ParameterSlice? AttentionOutputBias { get; }

    private ParameterSlice MlpNorm { get; }

    private ParameterSlice GateUp { get; }

    private ParameterSlice? GateUpBias { get; }

    private ParameterSlice Down { get; }

    private ParameterSlice? DownBias { get; }

    /// <summary>A norm's weight; null where the architecture has none.</summary>
    public ParameterSlice? Norm(LayerNorm norm) => norm switch
    {
        LayerNorm.Attention => AttentionNorm,
        LayerNorm.Mlp => MlpNorm,
        LayerNorm.Query => QueryNorm,
        _ => KeyNorm,
    };

    /// <summary>The stacked weights of a group, [outputs, inputs].</summary>
    public ParameterSlice Weights(LinearGroup group) => group switch
    {
        LinearGroup.QueryKeyValue => QueryKeyValue,
        LinearGroup.AttentionOutput => AttentionOutput,
        LinearGroup.GateUp => GateUp,
        _ => Down,
    };

    /// <summary>The stacked biases of a group; null where the architecture has none.</summary>
    public ParameterSlice? Bias(LinearGroup group) => group switch
    {
        LinearGroup.QueryKeyValue => QueryKeyValueBias,
        LinearGroup.AttentionOutput => AttentionOutputBias,
        LinearGroup.GateUp => GateUpBias,
        _ => DownBias,
    };
}
