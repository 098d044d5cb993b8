using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Scoring;
using Tidar.Decoding.Sequences;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Engine;

/// <summary>A real checkpoint without TiDAR training: its masks draft badly and must lose nothing.</summary>
public sealed class SmolLm2Tests(SmolLm2Tests.Model fixture) : IClassFixture<SmolLm2Tests.Model>
{
    // <empty_output>: in the vocabulary, never in text.
    private const int UnusedToken = 16;

    private static readonly GenerationOptions Autoregressive = new() { Strategy = StrategyKind.Autoregressive, MaskTokenId = UnusedToken, MaxTokens = 16 };

    private TextGenerator Generator => fixture.Generator;

    [Fact]
    public void Untrained_masks_draft_badly_and_lose_nothing()
    {
        foreach (JsonElement golden in Lines("greedy.jsonl", 2))
        {
            int[] prompt = Ints(golden, "prompt_ids");
            GenerationOptions autoregressive = Autoregressive with { IgnoreEos = true, LogProbabilities = 0 };
            GenerationResult expected = Generator.Generate(prompt, autoregressive);
            Assert.Equal(Ints(golden, "new_ids")[..16], expected.Ids);
            AssertSame(expected, Generator.Generate(prompt, autoregressive with { Strategy = StrategyKind.Tidar, Mode = TidarMode.Fused, DraftLength = 3 }));
            AssertSame(expected, Generator.Generate(prompt, autoregressive with { Strategy = StrategyKind.Tidar, Mode = TidarMode.TwoPass, DraftLength = 5 }));
            SequenceScore score = fixture.Scorer.Score([.. prompt, .. expected.Ids]);
            Assert.Equal(expected.LogProbabilities!.Select(p => (double?)p.Value), score.LogProbabilities.Skip(prompt.Length));
        }
    }

    [Fact]
    public void Sampled_text_of_a_seed_is_the_same_by_all_strategies()
    {
        const string Prompt = "The old lighthouse keeper";
        GenerationOptions sampled = Autoregressive with
        {
            Sampling = new SamplingOptions { Temperature = 0.8f, TopP = 0.9f, RepetitionPenalty = 1.1f, Seed = 5 },
        };
        GenerationResult expected = Generator.Generate(Prompt, sampled);
        AssertSame(expected, Generator.Generate(Prompt, sampled with { Strategy = StrategyKind.Tidar, DraftLength = 4 }));
        AssertSame(expected, Generator.Generate(Prompt, sampled with { Strategy = StrategyKind.PromptLookup }));
        GenerationResult drafted = Generator.Generate(Prompt, sampled with { Strategy = StrategyKind.DraftModel });
        AssertSame(expected, drafted);

        // The model drafts for itself: the first token, three whole drafts of four with their bonus token.
        Assert.Equal(4, drafted.Passes);
    }

    [Fact]
    public void The_answer_ends_at_the_end_of_the_turn()
    {
        JsonElement golden = Lines("greedy.jsonl", 1).Single();
        GenerationResult result = Generator.Generate(Ints(golden, "prompt_ids"), Autoregressive);
        Assert.Equal(FinishReason.Eos, result.Finish);
        Assert.Equal(golden.GetProperty("stop_index").GetInt32() + 1, result.Ids.Count);
        Assert.Equal(golden.GetProperty("text_until_stop").GetString(), result.Text);
    }

    [Fact]
    public void Log_probabilities_of_given_texts_agree_with_the_reference()
    {
        foreach (JsonElement golden in Lines("logprobs.jsonl", 3))
        {
            double[] expected = [.. golden.GetProperty("logprobs").EnumerateArray().Skip(1).Select(e => e.GetDouble())];
            IReadOnlyList<double?> actual = fixture.Scorer.Score(Ints(golden, "ids")).LogProbabilities;
            Assert.Equal(expected.Length + 1, actual.Count);
            Assert.Null(actual[0]);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i + 1]!.Value, 2e-3);
        }
    }

    private static void AssertSame(GenerationResult expected, GenerationResult actual)
    {
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.LogProbabilities?.Select(p => p.Value), actual.LogProbabilities?.Select(p => p.Value));
    }

    private static IEnumerable<JsonElement> Lines(string file, int count) =>
        File.ReadLines(SharedData.Path("goldens", "smollm2", file)).Take(count).Select(line => JsonDocument.Parse(line).RootElement);

    private static int[] Ints(JsonElement line, string name) => [.. line.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>The model, loaded by the first test that needs it.</summary>
    public sealed class Model : IDisposable
    {
        private readonly WorkerTeam _team = new(2);
        private Checkpoint? _checkpoint;
        private Transformer? _model;

        public TextGenerator Generator => field ??= new TextGenerator(Load(), _checkpoint!.LoadTokenizer(), draft: new DraftModel(Load()));

        public SequenceScorer Scorer => field ??= new SequenceScorer(Load());

        public void Dispose()
        {
            _model?.Dispose();
            _checkpoint?.Dispose();
            _team.Dispose();
        }

        private Transformer Load()
        {
            _checkpoint ??= Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF"));
            return _model ??= Transformer.Load(_checkpoint, _team);
        }
    }
}
