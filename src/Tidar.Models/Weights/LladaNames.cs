namespace Tidar.Models.Weights;

/// <summary>LLaDA's tensor names (modeling_llada.py, LLaDALlamaBlock) as Hugging Face's Llama calls the same tensors.</summary>
internal static class LladaNames
{
    private const string Prefix = "model.transformer.";
    private const string Blocks = Prefix + "blocks.";

    private static readonly Dictionary<string, string> Whole = new(StringComparer.Ordinal)
    {
        [Prefix + "wte.weight"] = "model.embed_tokens.weight",
        [Prefix + "ln_f.weight"] = "model.norm.weight",
        [Prefix + "ff_out.weight"] = "lm_head.weight",
    };

    private static readonly Dictionary<string, string> OfBlocks = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["q_proj"] = "self_attn.q_proj",
        ["k_proj"] = "self_attn.k_proj",
        ["v_proj"] = "self_attn.v_proj",
        ["attn_out"] = "self_attn.o_proj",
        ["ff_norm"] = "post_attention_layernorm",
        ["ff_proj"] = "mlp.gate_proj",
        ["up_proj"] = "mlp.up_proj",
        ["ff_out"] = "mlp.down_proj",
    };

    /// <summary>The tensors under Llama's names; those of other models stay as they are.</summary>
    public static IReadOnlyList<WeightTensor> Translate(IReadOnlyList<WeightTensor> tensors) =>
        tensors.Any(static t => t.Name.StartsWith(Prefix, StringComparison.Ordinal))
            ? [.. tensors.Select(static t => t is MappedTensor mapped && Translated(t.Name) is { } name ? mapped.Named(name) : t)]
            : tensors;

    // model.transformer.blocks.3.q_proj.weight → model.layers.3.self_attn.q_proj.weight
    private static string? Translated(string name)
    {
        if (Whole.TryGetValue(name, out string? whole))
            return whole;
        if (!name.StartsWith(Blocks, StringComparison.Ordinal))
            return null;
        string[] parts = name[Blocks.Length..].Split('.');
        return parts.Length == 3 && OfBlocks.TryGetValue(parts[1], out string? module) ? $"model.layers.{parts[0]}.{module}.{parts[2]}" : null;
    }
}
