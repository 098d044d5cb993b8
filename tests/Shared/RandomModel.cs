using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;

namespace Tidar.Tests;

/// <summary>Small models with random weights, for properties that must hold whatever the weights are.</summary>
internal static class RandomModel
{
    /// <summary>A shape with every feature of the architecture switched on (biases, head norms, odd sizes).</summary>
    public static ModelConfig Config(
        ModelArchitecture architecture = ModelArchitecture.Qwen3, int vocabulary = 61, int layers = 2, int draftLength = 8, int maxPositions = 4096) => new()
        {
            Architecture = architecture,
            VocabularySize = vocabulary,
            HiddenSize = 40,
            IntermediateSize = 72,
            LayerCount = layers,
            HeadCount = 6,
            KeyValueHeadCount = 2,
            HeadDimension = 12,
            MaxPositions = maxPositions,
            NormEpsilon = 1e-5f,
            Rope = new RopeConfig(),
            TiedEmbeddings = architecture != ModelArchitecture.Qwen3,
            QueryKeyValueBias = architecture == ModelArchitecture.Qwen2,
            QueryKeyNorm = architecture == ModelArchitecture.Qwen3,
            Tidar = new TidarConfig(draftLength, vocabulary - 1),
        };

    /// <summary>A model of that shape; the larger <paramref name="scale"/>, the more decided its predictions.</summary>
    public static Transformer Create(
        ModelConfig config, int seed, WorkerTeam team, float scale = 1, WeightFormat? format = null, SelectorWeights? selector = null)
    {
        Dictionary<string, WeightTensor> tensors = Tensors(config, seed, scale).ToDictionary(t => t.Name, StringComparer.Ordinal);
        return Transformer.Load(config, (name, _) => tensors[name], team, format, selector: selector);
    }

    /// <summary>Random tensors of that shape.</summary>
    public static IEnumerable<WeightTensor> Tensors(ModelConfig config, int seed, float scale = 1)
    {
        Random random = new(seed);
        foreach ((string name, long[] shape) in DecoderLayout.Tensors(config))
        {
            float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
            bool norm = shape.Length == 1 && !name.EndsWith("bias", StringComparison.Ordinal);
            float width = norm ? 0.3f : scale * 2 / MathF.Sqrt(shape[^1]);
            for (int i = 0; i < values.Length; i++)
                values[i] = (norm ? 1 : 0) + (width * ((random.NextSingle() * 2) - 1));
            yield return new MemoryTensor(name, shape, values);
        }
    }
}
