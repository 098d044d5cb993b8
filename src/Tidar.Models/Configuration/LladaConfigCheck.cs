using Tidar.Models.Files;

namespace Tidar.Models.Configuration;

/// <summary>
/// Checks a LLaDA configuration as far as its own code would load it, so that a wrong one is told what is wrong with it.
/// The model itself is not one of the decoders here, so a right one ends in the same exception, saying so.
/// </summary>
internal static class LladaConfigCheck
{
    /// <summary>The reason why the configuration is refused.</summary>
    public static InvalidInputException Refuse(JsonFields config)
    {
        int width = config.Integer("d_model", 1, ModelLimits.Width);
        int heads = config.Integer("n_heads", 1, ModelLimits.Heads);
        int keyValueHeads = config.OptionalInteger("n_kv_heads", 1, ModelLimits.Heads) ?? heads;
        config.Integer("n_layers", 1, ModelLimits.Layers);
        int vocabulary = config.Integer("vocab_size", 1, ModelLimits.Vocabulary);
        if (width % heads != 0)
            return config.Error("d_model", $"a multiple of the {heads} heads", $"{width}");
        if (heads % keyValueHeads != 0)
            return config.Error("n_kv_heads", $"a divisor of the {heads} heads", $"{keyValueHeads}");
        if (config.OptionalText("block_type") is string block and not "llama")
            return config.Error("block_type", "llama (other blocks have other weights)", block);
        if (config.Boolean("alibi", absent: false))
            return config.Error("alibi", "false (RoPE)", "true");
        if (!config.Boolean("rope", absent: true))
            return config.Error("rope", "true", "false");
        config.Integer("mask_token_id", 0, vocabulary - 1);
        return config.Error("model_type", "llama, mistral, qwen2 or qwen3", "llada, which is not supported yet");
    }
}
