using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Scoring;
using Tidar.Kernels.Threading;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Engine;

/// <summary>A real checkpoint without TiDAR training: its masks draft badly and must lose nothing.</summary>
public sealed class SmolLm2Tests
{
    // <empty_output>: in the vocabulary, never in text.
    private const int UnusedToken = 16;
    private const int Tokens = 16;

    [Fact]
    public void Untrained_masks_draft_badly_and_lose_nothing()
    {
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF"));
        using Transformer model = Transformer.Load(checkpoint, team);
        TextGenerator generator = new(model, Tokenizer.Load(SharedData.Path("data", "tokenizers", "smollm2")));
        SequenceScorer scorer = new(model);
        foreach (string line in File.ReadLines(SharedData.Path("goldens", "smollm2", "greedy.jsonl")).Take(2))
        {
            JsonElement golden = JsonDocument.Parse(line).RootElement;
            int[] prompt = [.. golden.GetProperty("prompt_ids").EnumerateArray().Select(e => e.GetInt32())];
            GenerationOptions autoregressive = new()
            {
                Strategy = StrategyKind.Autoregressive,
                MaskTokenId = UnusedToken,
                MaxTokens = Tokens,
                IgnoreEos = true,
                LogProbabilities = 0,
            };
            GenerationResult expected = generator.Generate(prompt, autoregressive);
            Assert.Equal(golden.GetProperty("new_ids").EnumerateArray().Take(Tokens).Select(e => e.GetInt32()), expected.Ids);
            AssertSame(expected, generator.Generate(prompt, autoregressive with { Strategy = StrategyKind.Tidar, Mode = TidarMode.Fused, DraftLength = 3 }));
            AssertSame(expected, generator.Generate(prompt, autoregressive with { Strategy = StrategyKind.Tidar, Mode = TidarMode.TwoPass, DraftLength = 5 }));
            SequenceScore score = scorer.Score([.. prompt, .. expected.Ids]);
            Assert.Equal(expected.LogProbabilities!.Select(p => (double?)p.Value), score.LogProbabilities.Skip(prompt.Length));
        }

        GenerationOptions sampled = new()
        {
            Strategy = StrategyKind.Autoregressive,
            MaskTokenId = UnusedToken,
            MaxTokens = Tokens,
            Sampling = new SamplingOptions { Temperature = 0.8f, TopP = 0.9f, RepetitionPenalty = 1.1f, Seed = 5 },
        };
        GenerationResult text = generator.Generate("The old lighthouse keeper", sampled);
        AssertSame(text, generator.Generate("The old lighthouse keeper", sampled with { Strategy = StrategyKind.Tidar, DraftLength = 4 }));
    }

    private static void AssertSame(GenerationResult expected, GenerationResult actual)
    {
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.LogProbabilities?.Select(p => p.Value), actual.LogProbabilities?.Select(p => p.Value));
    }
}
