using System.Globalization;
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

    public ParameterSlice AttentionNorm { get; }

    /// <summary>[query width + 2 · key/value width, hidden].</summary>
    public ParameterSlice QueryKeyValue { get; }

    public ParameterSlice? QueryKeyValueBias { get; }

    public ParameterSlice? QueryNorm { get; }

    public ParameterSlice? KeyNorm { get; }

    /// <summary>[hidden, query width].</summary>
    public ParameterSlice AttentionOutput { get; }

    public ParameterSlice? AttentionOutputBias { get; }

    public ParameterSlice MlpNorm { get; }

    /// <summary>[2 · intermediate, hidden].</summary>
    public ParameterSlice GateUp { get; }

    public ParameterSlice? GateUpBias { get; }

    /// <summary>[hidden, intermediate].</summary>
    public ParameterSlice Down { get; }

    public ParameterSlice? DownBias { get; }
}
