using Tidar.Models.Files;

namespace Tidar.Models.Configuration;

/// <summary>
/// Reads LLaDA's <c>config.json</c>, whose field names are OLMo's (huggingface.co/GSAI-ML/LLaDA-8B-Base, configuration_llada.py). Its "llama" block is Llama's, seen in both directions.
/// </summary>
internal static class LladaConfigReader
{
    private static readonly ModelConfigRules.FieldNames Names = new("d_model", "n_heads", "n_kv_heads", "d_model", "rope_scaling");

    // What would change the computation, and the value at which it does not.
    private static readonly (string Name, bool Neutral)[] Switches =
    [
        ("alibi", false), ("rope", true), ("include_bias", false), ("bias_for_layer_norm", false), ("attention_layer_norm", false), ("input_emb_norm", false), ("scale_logits", false),
    ];

    /// <summary>Reads an already parsed configuration.</summary>
    public static ModelConfig Read(JsonFields fields)
    {
        int width = fields.Integer("d_model", 1, ModelLimits.Width);
        int heads = fields.Integer("n_heads", 1, ModelLimits.Heads);
        int vocabulary = fields.Integer("vocab_size", 1, ModelLimits.Vocabulary);
        int maxPositions = fields.Integer("max_sequence_length", 1, int.MaxValue);
        foreach ((string name, bool neutral) in Switches)
        {
            if (fields.Boolean(name, neutral) != neutral)
                throw fields.Error(name, neutral ? "true" : "false", neutral ? "false" : "true");
        }

        RequireText(fields, "block_type", "llama");
        RequireText(fields, "layer_norm_type", "rms");
        RequireText(fields, "activation_type", "silu");
        int keyValueHeads = fields.Boolean("multi_query_attention", absent: false) ? 1 : fields.OptionalInteger("n_kv_heads", 1, ModelLimits.Heads) ?? heads;
        int headDimension = ModelConfigRules.DefaultHeadDimension(width, heads, fields.Source, Names);
        ModelConfig config = new()
        {
            Architecture = ModelArchitecture.Llama,

            // Rows of the embedding beyond the vocabulary have logits too.
            VocabularySize = fields.OptionalInteger("embedding_size", vocabulary, ModelLimits.Vocabulary) ?? vocabulary,
            HiddenSize = width,
            IntermediateSize = fields.OptionalInteger("mlp_hidden_size", 1, ModelLimits.Intermediate) ?? width * (fields.OptionalInteger("mlp_ratio", 1, 64) ?? 4),
            LayerCount = fields.Integer("n_layers", 1, ModelLimits.Layers),
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            MaxPositions = maxPositions,
            NormEpsilon = (float)(fields.OptionalNumber("rms_norm_eps", 0) ?? 1e-5),
            Rope = RopeConfigReader.Read(fields, maxPositions),
            TiedEmbeddings = fields.Boolean("weight_tying", absent: true),
            QueryKeyValueBias = fields.Boolean("include_qkv_bias", absent: false),
            EosTokenIds = fields.Ids("eos_token_id", vocabulary),
            BosTokenId = fields.OptionalInteger("bos_token_id", 0, vocabulary - 1),
            Diffusion = new DiffusionConfig(DiffusionKind.Masked, DefaultBlockLength, fields.Integer("mask_token_id", 0, vocabulary - 1)),
        };
        return ModelConfigRules.Checked(config, fields.Source, Names);
    }

    /// <summary>Block length of LLaDA's own examples.</summary>
    private const int DefaultBlockLength = 32;

    private static void RequireText(JsonFields fields, string name, string expected)
    {
        if (fields.OptionalText(name) is { } found && found != expected)
            throw fields.Error(name, $"{expected} (others have other weights)", found);
    }
}
