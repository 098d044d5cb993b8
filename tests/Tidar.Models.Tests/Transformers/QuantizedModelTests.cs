using System.Text.Json;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Transformers;

/// <summary>What the integer formats cost in quality, and that a 4-bit file is taken as it is.</summary>
public sealed class QuantizedModelTests
{
    [Theory]
    [InlineData(WeightFormat.Int8, 0.008)]
    [InlineData(WeightFormat.Int4, 0.003)]
    public void Perplexity_rises_by_less_than_the_limit(WeightFormat format, double limit)
    {
        // All windows of goldens/smollm2: fewer are no measure, single ones go up or down by half a percent.
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("goldens", "smollm2", "perplexity.json")));
        double exact = golden.RootElement.GetProperty("float32").GetProperty("mean_nll").GetDouble();
        int count = golden.RootElement.GetProperty("token_count").GetInt32(), window = golden.RootElement.GetProperty("window").GetInt32();
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        using Transformer model = Transformer.Load(checkpoint, team, format);
        string text = File.ReadAllText(SharedData.Path("data", "text", "wikitext2_valid.txt"))[..60000];
        int[] ids = Tokenizer.Load(SharedData.Path("data", "tokenizers", "smollm2")).Encode(text, addSpecialTokens: false);
        double sum = 0;
        for (int start = 0; start < count; start += window)
            sum -= SmolLm2ParityTests.LogProbabilities(model, ids.AsSpan(start, window)).Average();
        Assert.InRange(Math.Exp((sum / (count / window)) - exact) - 1, -limit, limit);
    }
}
