using System.Globalization;
using Tidar.Models.Configuration;

namespace Tidar.Models.Weights;

/// <summary>The tensors that a configuration asks for, under their Hugging Face names.</summary>
public static class DecoderLayout
{
    /// <summary>Every tensor of the model and its shape, embedding first, in the order of the forward pass.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Tensors(ModelConfig config)
    {
        yield return ("model.embed_tokens.weight", [config.VocabularySize, config.HiddenSize]);
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            foreach ((string name, long[] shape) in LayerTensors(config))
                yield return (prefix + name, shape);
        }

        yield return ("model.norm.weight", [config.HiddenSize]);
        if (!config.TiedEmbeddings)
            yield return ("lm_head.weight", [config.VocabularySize, config.HiddenSize]);
    }

    private static IEnumerable<(string Name, long[] Shape)> LayerTensors(ModelConfig c)
    {
        yield return ("input_layernorm.weight", [c.HiddenSize]);
        foreach ((string name, int rows) in new[] { ("q", c.QueryWidth), ("k", c.KeyValueWidth), ("v", c.KeyValueWidth) })
        {
            yield return ($"self_attn.{name}_proj.weight", [rows, c.HiddenSize]);
            if (c.QueryKeyValueBias)
                yield return ($"self_attn.{name}_proj.bias", [rows]);
        }

        if (c.QueryKeyNorm)
        {
            yield return ("self_attn.q_norm.weight", [c.HeadDimension]);
            yield return ("self_attn.k_norm.weight", [c.HeadDimension]);
        }

        yield return ("self_attn.o_proj.weight", [c.HiddenSize, c.QueryWidth]);
        if (c.AttentionOutputBias)
            yield return ("self_attn.o_proj.bias", [c.HiddenSize]);
        yield return ("post_attention_layernorm.weight", [c.HiddenSize]);
        foreach ((string name, int rows, int columns) in new[]
        {
            ("gate", c.IntermediateSize, c.HiddenSize), ("up", c.IntermediateSize, c.HiddenSize), ("down", c.HiddenSize, c.IntermediateSize),
        })
        {
            yield return ($"mlp.{name}_proj.weight", [rows, columns]);
            if (c.MlpBias)
                yield return ($"mlp.{name}_proj.bias", [rows]);
        }
    }

    /// <summary>
    /// Whether a tensor that <see cref="Tensors"/> does not name may be there all the same without being part of the computation: precomputed RoPE
    /// frequencies of old files, the copy of a tied head, and whatever stands outside the decoder.
    /// </summary>
    internal static bool MayBeIgnored(string name, ModelConfig config) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || (name == "lm_head.weight" && config.TiedEmbeddings)
        || (!name.StartsWith("model.", StringComparison.Ordinal) && !name.StartsWith("lm_head.", StringComparison.Ordinal));
}
