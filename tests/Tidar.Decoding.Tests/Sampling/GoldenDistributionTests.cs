using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Sampling;

/// <summary>Samples of a tiny model against the enumerated probability of every continuation (goldens/tidar/sampling).</summary>
public sealed class GoldenDistributionTests
{
    private const int Samples = 12_000;
    private const int BatchSize = 48;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sampled_continuations_have_the_enumerated_distribution(int index)
    {
        string folder = SharedData.Path("goldens", "tidar", "sampling");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "distribution.json")));
        int[] prompt = [.. document.RootElement.GetProperty("prompt").EnumerateArray().Select(e => e.GetInt32())];
        JsonElement golden = document.RootElement.GetProperty("cases")[index];
        Dictionary<string, double> probabilities = golden.GetProperty("probabilities").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble());
        GenerationOptions options = new()
        {
            MaxTokens = document.RootElement.GetProperty("continuation_length").GetInt32(),
            Sampling = new SamplingOptions
            {
                Temperature = golden.GetProperty("temperature").GetSingle(),
                TopK = golden.GetProperty("top_k").GetInt32(),
                TopP = golden.GetProperty("top_p").GetSingle(),
            },
        };
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(folder, "model"));
        using Transformer model = Transformer.Load(checkpoint, team);
        string[] autoregressive = Sample(model, prompt, options with { Strategy = StrategyKind.Autoregressive }, Samples);

        // TiDAR's samples are the same ones, so they need no test of their own.
        const int Compared = 1_000;
        foreach (TidarMode mode in new[] { TidarMode.Fused, TidarMode.TwoPass })
            Assert.Equal(autoregressive[..Compared], Sample(model, prompt, options with { Strategy = StrategyKind.Tidar, Mode = mode }, Compared));

        Dictionary<string, int> counts = autoregressive.CountBy(s => s).ToDictionary();
        Assert.All(counts.Keys, k => Assert.True(probabilities.ContainsKey(k), $"{k} has no probability"));
        string[] cells = [.. probabilities.Keys];
        ChiSquare.AssertFits([.. cells.Select(c => counts.GetValueOrDefault(c))], [.. cells.Select(c => probabilities[c])], Samples);
    }

    private static string[] Sample(Transformer model, int[] prompt, GenerationOptions options, int count)
    {
        DecodingEngine engine = new(model);
        List<string> texts = [];
        for (int first = 0; first < count; first += BatchSize)
        {
            DecodingSession[] sessions =
            [
                .. Enumerable.Range(first, Math.Min(BatchSize, count - first))
                    .Select(seed => engine.Start(prompt, options with { Sampling = options.Sampling with { Seed = seed } })),
            ];
            while (sessions.Any(s => !s.IsFinished))
                engine.Step(sessions);
            foreach (DecodingSession session in sessions)
            {
                texts.Add(string.Join(' ', session.ToResult().Ids));
                session.Dispose();
            }
        }

        return [.. texts];
    }
}
