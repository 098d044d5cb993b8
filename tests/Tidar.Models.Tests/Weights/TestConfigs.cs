using Tidar.Models.Configuration;

namespace Tidar.Models.Tests.Weights;

internal static class TestConfigs
{
    /// <summary>A Llama of the smallest size that has every part.</summary>
    public static ModelConfig Tiny { get; } = new()
    {
        Architecture = ModelArchitecture.Llama,
        VocabularySize = 10,
        HiddenSize = 8,
        IntermediateSize = 12,
        LayerCount = 1,
        HeadCount = 2,
        KeyValueHeadCount = 1,
        HeadDimension = 4,
        MaxPositions = 64,
        NormEpsilon = 1e-5f,
        Rope = new RopeConfig(),
        TiedEmbeddings = false,
        EosTokenIds = [2],
        BosTokenId = 1,
    };
}
