namespace Tidar.Models.Configuration;

/// <summary>
/// Shapes of published models, for measurements with made-up weights: what a pass costs does not depend on the weights' values. From each model's
/// <c>config.json</c> on the Hugging Face hub.
/// </summary>
public static class NamedShapes
{
    private const int QwenVocabulary = 151_936;

    /// <summary>The shapes, smallest first.</summary>
    public static IReadOnlyDictionary<string, ModelConfig> ByName { get; } = new Dictionary<string, ModelConfig>(StringComparer.Ordinal)
    {
        ["smollm2-135m"] = new()
        {
            Architecture = ModelArchitecture.Llama,
            VocabularySize = 49_152,
            HiddenSize = 576,
            IntermediateSize = 1536,
            LayerCount = 30,
            HeadCount = 9,
            KeyValueHeadCount = 3,
            HeadDimension = 64,
            MaxPositions = 8192,
            NormEpsilon = 1e-5f,
            Rope = new RopeConfig { Theta = 100_000 },
            TiedEmbeddings = true,
        },
        ["qwen2.5-0.5b"] = Qwen2(hidden: 896, intermediate: 4864, layers: 24, heads: 14, headDimension: 64, maxPositions: 32_768),
        ["qwen2.5-1.5b"] = Qwen2(hidden: 1536, intermediate: 8960, layers: 28, heads: 12, headDimension: 128, maxPositions: 131_072),
        ["qwen3-8b"] = new()
        {
            Architecture = ModelArchitecture.Qwen3,
            VocabularySize = QwenVocabulary,
            HiddenSize = 4096,
            IntermediateSize = 12_288,
            LayerCount = 36,
            HeadCount = 32,
            KeyValueHeadCount = 8,
            HeadDimension = 128,
            MaxPositions = 40_960,
            NormEpsilon = 1e-6f,
            Rope = new RopeConfig { Theta = 1_000_000 },
            TiedEmbeddings = false,
            QueryKeyNorm = true,
        },
    };

    private static ModelConfig Qwen2(int hidden, int intermediate, int layers, int heads, int headDimension, int maxPositions) => new()
    {
        Architecture = ModelArchitecture.Qwen2,
        VocabularySize = QwenVocabulary,
        HiddenSize = hidden,
        IntermediateSize = intermediate,
        LayerCount = layers,
        HeadCount = heads,
        KeyValueHeadCount = 2,
        HeadDimension = headDimension,
        MaxPositions = maxPositions,
        NormEpsilon = 1e-6f,
        Rope = new RopeConfig { Theta = 1_000_000 },
        TiedEmbeddings = true,
        QueryKeyValueBias = true,
    };
}
