using Tidar.Models.Configuration;

namespace Tidar.Models.Weights.Gguf;

/// <summary>
/// The model's shape from a GGUF file: metadata as llama.cpp reads it, and what the tensors themselves say (tied head, biases, RoPE divisors).
/// </summary>
internal sealed class GgufConfigReader
{
    private const string Supported = "llama, qwen2 or qwen3";

    private static readonly Dictionary<string, ModelArchitecture> Families = new(StringComparer.Ordinal)
    {
        ["llama"] = ModelArchitecture.Llama,
        ["qwen2"] = ModelArchitecture.Qwen2,
        ["qwen3"] = ModelArchitecture.Qwen3,
    };

    private static readonly string[] Scales =
        ["logit_scale", "residual_scale", "embedding_scale", "attention.scale", "attn_logit_softcapping", "final_logit_softcapping"];

    private readonly GgufFile _file;
    private readonly GgufMetadata _metadata;
    private readonly Dictionary<string, WeightTensor> _tensors;
    private readonly string _family;

    private GgufConfigReader(GgufFile file)
    {
        _file = file;
        _metadata = file.Metadata;
        _tensors = file.Tensors.ToDictionary(static t => t.Name, StringComparer.Ordinal);
        _family = _metadata.Text("general.architecture") ?? throw Error("general.architecture", Supported, "nothing");
    }

    /// <summary>Reads the configuration of the model in <paramref name="file"/>.</summary>
    /// <exception cref="InvalidInputException">A key is missing, malformed or out of range, or the model is not one of the supported decoders.</exception>
    public static ModelConfig Read(GgufFile file) => new GgufConfigReader(file).Read();

    /// <summary>
    /// Whether a file names a supported architecture and then says nothing more of a model, neither by a key nor by a tensor: a container that someone
    /// keeps tensors in.
    /// </summary>
    public static bool IsBareContainer(GgufFile file) =>
        file.Metadata.Text("general.architecture") is string family && Families.ContainsKey(family)
        && !file.Metadata.Keys.Any(k => k.StartsWith(family + ".", StringComparison.Ordinal))
        && file.Tensors.All(static t => GgufNames.ToHuggingFace(t.Name) is null);

    private ModelConfig Read()
    {
        if (!Families.TryGetValue(_family, out ModelArchitecture architecture))
            throw Error("general.architecture", Supported, _family);
        ModelConfigRules.FieldNames names = new(
            Key("embedding_length"), Key("attention.head_count"), Key("attention.head_count_kv"), Key("attention.key_length"), Key("rope.scaling.type"));
        int layers = Required("block_count", ModelLimits.Layers);
        int hidden = Required("embedding_length", ModelLimits.Width);
        int heads = Required("attention.head_count", ModelLimits.Heads);
        int maxPositions = Required("context_length", int.MaxValue);
        int headDimension = Optional("attention.key_length", ModelLimits.HeadDimension)
            ?? ModelConfigRules.DefaultHeadDimension(hidden, heads, _file.Path, names);
        RefuseUnsupported(headDimension, maxPositions);
        int vocabulary = Vocabulary();
        ModelConfig config = new()
        {
            Architecture = architecture,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = Required("feed_forward_length", ModelLimits.Intermediate),
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = Optional("attention.head_count_kv", ModelLimits.Heads) ?? heads,
            HeadDimension = headDimension,
            MaxPositions = maxPositions,
            NormEpsilon = (float)(_metadata.Number(Key("attention.layer_norm_rms_epsilon"), 0) ?? throw Missing("attention.layer_norm_rms_epsilon")),
            Rope = Rope(architecture, headDimension, maxPositions),
            TiedEmbeddings = !_tensors.ContainsKey(GgufNames.Head),
            QueryKeyValueBias = architecture == ModelArchitecture.Qwen2 || _tensors.ContainsKey("blk.0.attn_q.bias"),
            AttentionOutputBias = _tensors.ContainsKey("blk.0.attn_output.bias"),
            MlpBias = _tensors.ContainsKey("blk.0.ffn_gate.bias"),
            QueryKeyNorm = architecture == ModelArchitecture.Qwen3,
            EosTokenIds = GgufTokenizerReader.EosIds(_file, vocabulary),
            BosTokenId = _metadata.Integer("tokenizer.ggml.bos_token_id", 0, vocabulary - 1),
            Tidar = Tidar(vocabulary),
        };
        return ModelConfigRules.Checked(config, _file.Path, names);
    }

    // The embedding's rows decide; a file may list fewer tokens than it has rows, never more.
    private int Vocabulary()
    {
        if (!_tensors.TryGetValue(GgufNames.Embedding, out WeightTensor? embedding))
            throw Error(GgufNames.Embedding, "the embedding tensor", "no such tensor");
        if (embedding.Shape is not [long rows and > 0 and <= ModelLimits.Vocabulary, _])
            throw Error(GgufNames.Embedding, $"at most {ModelLimits.Vocabulary} rows in two dimensions", $"[{string.Join(", ", embedding.Shape)}]");
        if (Optional("vocab_size", ModelLimits.Vocabulary) is int named && named != rows)
            throw Error(GgufNames.Embedding, $"{named} rows, as {Key("vocab_size")} says", $"{rows}");
        if (_metadata.ItemCount(GgufTokenizerReader.TokensKey) > rows)
            throw Error(
                GgufTokenizerReader.TokensKey, $"at most {rows} tokens, the rows of {GgufNames.Embedding}", $"{_metadata.ItemCount(GgufTokenizerReader.TokensKey)}");
        return (int)rows;
    }

    private void RefuseUnsupported(int headDimension, int maxPositions)
    {
        foreach (string name in new[] { "attention.value_length", "rope.dimension_count" })
        {
            if (Optional(name, int.MaxValue) is int size && size != headDimension)
                throw Error(Key(name), $"{headDimension}, the head dimension", $"{size}");
        }

        if (_metadata.Integer("split.count", 0, int.MaxValue) is int parts and > 1)
            throw Error("split.count", "a model in one file (llama-gguf-split --merge)", $"{parts} files");
        if (_metadata.Integer(Key("expert_count"), 0, int.MaxValue) is int experts and > 0)
            throw Error(Key("expert_count"), "0 (no mixture of experts)", $"{experts}");
        if (_metadata.Integer(Key("attention.sliding_window"), 0, int.MaxValue) is int window && window > 0 && window < maxPositions)
            throw Error(Key("attention.sliding_window"), "none (full attention)", $"{window}");
        if (_metadata.Boolean(Key("attention.causal")) == false)
            throw Error(Key("attention.causal"), "true", "false");
        if (_metadata.Boolean(Key("use_parallel_residual")) == true)
            throw Error(Key("use_parallel_residual"), "false", "true");
        foreach (string name in Scales)
        {
            if (_metadata.Has(Key(name)))
                throw Error(Key(name), "nothing (not supported)", _metadata.Show(Key(name)));
        }
    }

    private RopeConfig Rope(ModelArchitecture architecture, int headDimension, int maxPositions)
    {
        RopeConfig rope = new() { Theta = _metadata.Number(Key("rope.freq_base"), 0) ?? 10_000, FrequencyDivisors = Divisors(architecture, headDimension) };
        // llama.cpp: a factor of 0 means none, and a factor without a type scales linearly.
        double factor = _metadata.Number(Key("rope.scaling.factor"), -1) ?? _metadata.Number(Key("rope.scale_linear"), -1) ?? 0;
        switch (_metadata.Text(Key("rope.scaling.type")) ?? "linear")
        {
            case "none":
                return rope;
            case "linear":
                return factor is 0 or 1 ? rope : rope with { Scaling = RopeScaling.Linear, Factor = Positive(factor) };
            case "yarn":
                break;
            case string other:
                throw Error(Key("rope.scaling.type"), "none, linear or yarn", other);
        }

        factor = factor == 0 ? 1 : Positive(factor);
        // The file's factor multiplies what the formula gives; ours replaces it.
        double? attention = _metadata.Number(Key("rope.scaling.attn_factor"), 0);
        return rope with
        {
            Scaling = RopeScaling.Yarn,
            Factor = factor,
            OriginalMaxPositions = Optional("rope.scaling.original_context_length", int.MaxValue) ?? maxPositions,
            BetaFast = _metadata.Number(Key("rope.scaling.yarn_beta_fast"), 0) ?? rope.BetaFast,
            BetaSlow = _metadata.Number(Key("rope.scaling.yarn_beta_slow"), 0) ?? rope.BetaSlow,
            AttentionFactor = attention is null or 1 ? null : attention * ((0.1 * Math.Log(factor)) + 1),
        };
    }

    private double Positive(double factor) => factor > 0 ? factor : throw Error(Key("rope.scaling.factor"), "a number above 0", $"{factor}");

    private float[]? Divisors(ModelArchitecture architecture, int headDimension)
    {
        if (!_tensors.TryGetValue(GgufNames.RopeDivisors, out WeightTensor? tensor))
            return null;
        if (architecture != ModelArchitecture.Llama)
            throw Error(GgufNames.RopeDivisors, "none in this architecture", "one");
        if (tensor.Shape is not [long count] || count != headDimension / 2 || tensor.DataType != "F32")
            throw Error(
                GgufNames.RopeDivisors, $"F32 [{headDimension / 2}], half the head dimension", $"{tensor.DataType} [{string.Join(", ", tensor.Shape)}]");
        float[] divisors = tensor.ReadAll();
        return Array.TrueForAll(divisors, static d => float.IsFinite(d) && d > 0)
            ? divisors
            : throw Error(GgufNames.RopeDivisors, "divisors above 0", "others");
    }

    private TidarConfig? Tidar(int vocabulary) =>
        _metadata.Integer("tidar.draft_length", 1, ModelLimits.DraftLength) is int draftLength
            ? new TidarConfig(
                draftLength,
                _metadata.Integer("tidar.mask_token_id", 0, vocabulary - 1) ?? throw Error("tidar.mask_token_id", "the id of the mask token", "nothing"))
            : null;

    private int Required(string name, int most) => Optional(name, most) ?? throw Missing(name);

    private int? Optional(string name, int most) => _metadata.Integer(Key(name), 1, most);

    private InvalidInputException Missing(string name) => Error(Key(name), "a value", "nothing");

    private string Key(string name) => $"{_family}.{name}";

    private InvalidInputException Error(string field, string expected, string found) => new(_file.Path, field, expected, found);
}
