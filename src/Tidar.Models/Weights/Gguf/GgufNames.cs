using System.Collections.Frozen;
using System.Globalization;

namespace Tidar.Models.Weights.Gguf;

/// <summary>GGUF's tensor names and their Hugging Face twins.</summary>
internal static class GgufNames
{
    /// <summary>Divisors of the inverse RoPE frequencies; no weight of the model.</summary>
    public const string RopeDivisors = "rope_freqs.weight";

    /// <summary>The embedding; its rows are the vocabulary.</summary>
    public const string Embedding = "token_embd.weight";

    /// <summary>The LM head; absent where it is tied to the embedding.</summary>
    public const string Head = "output.weight";

    private const string LayerPrefix = "blk.";

    private static readonly FrozenDictionary<string, string> Outside = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Embedding] = "model.embed_tokens.weight",
        ["output_norm.weight"] = "model.norm.weight",
        [Head] = "lm_head.weight",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> InLayer = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The Hugging Face name of a GGUF tensor, or null where it has none.</summary>
    public static string? ToHuggingFace(string name)
    {
        if (Outside.TryGetValue(name, out string? outside))
            return outside;
        // blk.LAYER.PART.weight or .bias
        string[] parts = name.Split('.');
        if (parts.Length != 4 || !name.StartsWith(LayerPrefix, StringComparison.Ordinal) || parts[3] is not ("weight" or "bias"))
            return null;
        bool layer = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && parts[1] == number.ToString(CultureInfo.InvariantCulture);
        return layer && InLayer.TryGetValue(parts[2], out string? inside) ? $"model.layers.{parts[1]}.{inside}.{parts[3]}" : null;
    }

    /// <summary>The GGUF name of a tensor that <see cref="DecoderLayout"/> names.</summary>
    public static string FromHuggingFace(string name)
    {
        if (Outside.FirstOrDefault(p => p.Value == name).Key is string outside)
            return outside;
        // model.layers.LAYER.PART.weight or .bias, where PART holds a dot for matrices.
        string[] parts = name.Split('.');
        string part = string.Join('.', parts[3..^1]);
        return $"{LayerPrefix}{parts[2]}.{InLayer.First(p => p.Value == part).Key}.{parts[^1]}";
    }
}
