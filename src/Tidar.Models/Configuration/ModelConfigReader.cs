using System.Text.Json;
using Tidar.Models.Files;

namespace Tidar.Models.Configuration;

/// <summary>
/// Reads Hugging Face <c>config.json</c>: the older flat style and the one transformers 5 writes. Absent fields have transformers' defaults,
/// except the sizes that every saved configuration names; what would change the computation and is not supported is refused.
/// </summary>
public static class ModelConfigReader
{
    private static readonly ModelConfigRules.FieldNames Names = new("hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "rope_scaling");

    /// <summary>Reads a model folder's <c>config.json</c>, with the end-of-sequence ids of <c>generation_config.json</c> where there is one.</summary>
    /// <exception cref="InvalidInputException">A file is malformed, a field missing or out of range, or the model not one of the supported.</exception>
    public static ModelConfig ReadFolder(string folder)
    {
        string generation = Path.Combine(folder, "generation_config.json");
        return Read(Path.Combine(folder, "config.json"), File.Exists(generation) ? generation : null);
    }

    /// <summary>Reads a configuration file of any name.</summary>
    /// <param name="path">The <c>config.json</c>.</param>
    /// <param name="generationPath">The <c>generation_config.json</c>, or null.</param>
    /// <exception cref="InvalidInputException">A file is malformed, a field missing or out of range, or the model not one of the supported.</exception>
    public static ModelConfig Read(string path, string? generationPath = null)
    {
        using JsonDocument document = InputFile.ReadJson(path);
        ModelConfig config = Read(JsonFields.Of(document, path));
        if (generationPath is null)
            return config;
        using JsonDocument generationDocument = InputFile.ReadJson(generationPath);
        JsonFields generation = JsonFields.Of(generationDocument, generationPath);
        return config with
        {
            EosTokenIds = [.. config.EosTokenIds.Concat(generation.Ids("eos_token_id", config.VocabularySize)).Distinct()],
            BosTokenId = config.BosTokenId ?? generation.OptionalInteger("bos_token_id", 0, config.VocabularySize - 1),
        };
    }

    /// <summary>Reads an already parsed configuration.</summary>
    internal static ModelConfig Read(JsonFields fields)
    {
        if (fields.OptionalText("model_type") == "llada")
            return LladaConfigReader.Read(fields);
        string family = Family(fields);
        ModelArchitecture architecture = family switch
        {
            "qwen2" or "Dream" => ModelArchitecture.Qwen2,
            "qwen3" => ModelArchitecture.Qwen3,
            _ => ModelArchitecture.Llama,
        };
        UnsupportedFeatures.Refuse(fields);
        ModelConfig config = ReadSizes(fields, architecture, family);
        UnsupportedFeatures.RefuseSlidingWindow(fields, family, config.LayerCount, config.MaxPositions);
        return ModelConfigRules.Checked(config, fields.Source, Names);
    }

    private static ModelConfig ReadSizes(JsonFields fields, ModelArchitecture architecture, string family)
    {
        bool qwen = architecture is not ModelArchitecture.Llama;
        int hidden = fields.Integer("hidden_size", 1, ModelLimits.Width);
        int heads = fields.Integer("num_attention_heads", 1, ModelLimits.Heads);
        int vocabulary = fields.Integer("vocab_size", 1, ModelLimits.Vocabulary);
        int maxPositions = fields.OptionalInteger("max_position_embeddings", 1, int.MaxValue) ?? DefaultMaxPositions(family);
        bool attentionBias = architecture != ModelArchitecture.Qwen2 && fields.Boolean("attention_bias", absent: false);
        return new ModelConfig
        {
            Architecture = architecture,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = fields.Integer("intermediate_size", 1, ModelLimits.Intermediate),
            LayerCount = fields.Integer("num_hidden_layers", 1, ModelLimits.Layers),
            HeadCount = heads,
            KeyValueHeadCount = KeyValueHeads(fields, heads, family),
            HeadDimension = HeadDimension(fields, hidden, heads, architecture),
            MaxPositions = maxPositions,
            NormEpsilon = (float)(fields.OptionalNumber("rms_norm_eps", 0) ?? 1e-6),
            Rope = RopeConfigReader.Read(fields, maxPositions),
            TiedEmbeddings = fields.Boolean("tie_word_embeddings", absent: false),
            QueryKeyValueBias = attentionBias || architecture == ModelArchitecture.Qwen2,
            AttentionOutputBias = attentionBias,
            MlpBias = !qwen && fields.Boolean("mlp_bias", absent: false),
            QueryKeyNorm = architecture == ModelArchitecture.Qwen3,
            EosTokenIds = [.. DefaultIds(fields, "eos_token_id", qwen ? null : 2, vocabulary).Distinct()],
            BosTokenId = DefaultIds(fields, "bos_token_id", qwen ? null : 1, vocabulary).Cast<int?>().FirstOrDefault(),
            Tidar = ReadTidar(fields, vocabulary),
            Diffusion = family == "Dream" ? ReadDream(fields, vocabulary) : ReadDiffusion(fields, vocabulary),
        };
    }

    private static string Family(JsonFields fields)
    {
        const string Supported = "llama, mistral, qwen2, qwen3, Dream or llada";
        string? type = fields.OptionalText("model_type");
        switch (type)
        {
            case "llama" or "mistral" or "qwen2" or "qwen3" or "Dream":
                return type;
            case not null:
                throw fields.Error("model_type", Supported, type);
            default:
                break;
        }

        JsonElement? first = fields.OptionalArray("architectures")?.Cast<JsonElement?>().FirstOrDefault();
        return first is { ValueKind: JsonValueKind.String } name
            ? name.GetString() switch
            {
                "LlamaForCausalLM" => "llama",
                "MistralForCausalLM" => "mistral",
                "Qwen2ForCausalLM" => "qwen2",
                "Qwen3ForCausalLM" => "qwen3",
                _ => throw fields.Error("architectures", "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM or Qwen3ForCausalLM", name),
            }
            : throw fields.Error("model_type", Supported, "nothing");
    }

    private static int DefaultMaxPositions(string family) => family switch
    {
        "llama" => 2048,
        "mistral" => 131_072,
        _ => 32_768,
    };

    // null means "one per query head" everywhere; an absent field only where the original has no number of its own.
    private static int KeyValueHeads(JsonFields fields, int heads, string family)
    {
        const string Name = "num_key_value_heads";
        int absent = fields.IsWritten(Name) ? heads : family switch
        {
            "llama" => heads,
            "mistral" => 8,
            _ => 32,
        };
        return fields.OptionalInteger(Name, 1, ModelLimits.Heads) ?? absent;
    }

    private static int HeadDimension(JsonFields fields, int hidden, int heads, ModelArchitecture architecture)
    {
        const string Name = "head_dim";
        if (fields.OptionalInteger(Name, 1, ModelLimits.HeadDimension) is int given)
            return given;
        if (architecture == ModelArchitecture.Qwen3 && !fields.IsWritten(Name))
            return 128;
        int size = ModelConfigRules.DefaultHeadDimension(hidden, heads, fields.Source, Names);
        return size <= ModelLimits.HeadDimension ? size : throw fields.Error(Name, $"at most {ModelLimits.HeadDimension}", $"{size}");
    }

    // A field written as null means none; the classes' own defaults count only where it is absent.
    private static IReadOnlyList<int> DefaultIds(JsonFields fields, string name, int? absent, int vocabulary) =>
        fields.IsWritten(name) || absent is null || absent >= vocabulary ? fields.Ids(name, vocabulary) : [absent.Value];

    // Dream is Qwen2 seen in both directions, its logits still those of the next token (huggingface.co/Dream-org/Dream-v0-Base-7B).
    private static DiffusionConfig ReadDream(JsonFields fields, int vocabulary) =>
        new(DiffusionKind.Masked, BlockLength: 1, fields.Integer("mask_token_id", 0, vocabulary - 1), ShiftedLogits: true);

    private static DiffusionConfig? ReadDiffusion(JsonFields fields, int vocabulary) =>
        fields.OptionalObject("diffusion") is { } diffusion
            ? new DiffusionConfig(
                diffusion.Text("kind") switch
                {
                    "block" => DiffusionKind.Block,
                    "masked" => DiffusionKind.Masked,
                    string other => throw diffusion.Error("kind", "block or masked", other),
                },
                diffusion.Integer("block_length", 1, ModelLimits.DraftLength),
                diffusion.Integer("mask_token_id", 0, vocabulary - 1),
                diffusion.Boolean("shifted_logits", absent: false))
            : null;

    private static TidarConfig? ReadTidar(JsonFields fields, int vocabulary) =>
        fields.OptionalObject("tidar") is { } tidar
            ? new TidarConfig(tidar.Integer("draft_length", 1, ModelLimits.DraftLength), tidar.Integer("mask_token_id", 0, vocabulary - 1))
            : null;
}
