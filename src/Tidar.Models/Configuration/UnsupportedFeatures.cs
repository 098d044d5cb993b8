using System.Text.Json;
using Tidar.Models.Files;

namespace Tidar.Models.Configuration;

/// <summary>Fields that would change what a decoder computes and that this one does not have: refused, never ignored.</summary>
internal static class UnsupportedFeatures
{
    // Each may be absent, null, or have a value that means "off".
    private static readonly (string Name, double? Neutral)[] Switches =
    [
        ("quantization_config", null), ("compression_config", null), ("alibi", 0), ("is_encoder_decoder", 0), ("use_mrope", 0), ("rope_interleaved", 0),
        ("use_bidirectional_attention", 0), ("attn_logit_softcapping", null), ("final_logit_softcapping", null), ("clip_qkv", null),
        ("attention_multiplier", null), ("query_pre_attn_scalar", null),
        ("embedding_multiplier", 1), ("residual_multiplier", 1), ("logits_scaling", 1), ("logit_scale", 1), ("embedding_scale", 1),
        ("num_experts", 0), ("num_local_experts", 0), ("attention_chunk_size", null), ("no_rope_layers", null), ("no_rope_layer_interval", null),
    ];

    /// <summary>Refuses every field of the list that is switched on.</summary>
    public static void Refuse(JsonFields config)
    {
        foreach ((string name, double? neutral) in Switches)
        {
            if (config.TryGet(name, out JsonElement value) && !IsNeutral(value, neutral))
                throw config.Error(name, "nothing (not supported)", value);
        }

        if (!config.Boolean("is_causal", absent: true))
            throw config.Error("is_causal", "true", "false");
        string activation = config.OptionalText("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
            throw config.Error("hidden_act", "silu", activation);
    }

    private static bool IsNeutral(JsonElement value, double? neutral) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => neutral is not null && value.TryGetDouble(out double number) && number == neutral,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    /// <summary>Refuses sliding-window attention where a layer would really use it.</summary>
    /// <param name="config">The configuration's fields.</param>
    /// <param name="family">llama, mistral, qwen2 or qwen3.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="maxPositions">The longest context: a window of at least that length hides nothing.</param>
    public static void RefuseSlidingWindow(JsonFields config, string family, int layers, int maxPositions)
    {
        int? window = config.OptionalInteger("sliding_window", 0, int.MaxValue);
        bool full = window is null or 0 || window >= maxPositions;
        if (family is "llama" or "mistral")
        {
            // An absent field means 4096 in Mistral; Llama has none.
            if (family == "mistral" && !config.IsWritten("sliding_window") && maxPositions > 4096)
                throw config.Error("sliding_window", "null (full attention)", "nothing, which means 4096");
            if (!full)
                throw config.Error("sliding_window", "null (full attention)", $"{window}");
        }
        else if (config.Boolean("use_sliding_window", absent: false))
        {
            bool used = !full || (!config.IsWritten("sliding_window") && maxPositions > 4096);
            int fullLayers = config.OptionalInteger("max_window_layers", 0, int.MaxValue) ?? 28;
            if (used && fullLayers < layers && !config.TryGet("layer_types", out _))
                throw config.Error("use_sliding_window", "false (full attention)", $"true from layer {fullLayers} on");
            full = !used;
        }
        else
        {
            full = false;
        }

        RefuseLayerTypes(config, layers, full);
    }

    private static void RefuseLayerTypes(JsonFields config, int layers, bool windowHidesNothing)
    {
        if (config.OptionalArray("layer_types") is not { } types)
            return;
        if (types.Count != layers)
            throw config.Error("layer_types", $"{layers} entries, one a layer", $"{types.Count}");
        foreach (JsonElement type in types)
        {
            bool known = type.ValueKind == JsonValueKind.String
                && (type.ValueEquals("full_attention") || (type.ValueEquals("sliding_attention") && windowHidesNothing));
            if (!known)
                throw config.Error("layer_types", "full_attention in every layer", type);
        }
    }
}
