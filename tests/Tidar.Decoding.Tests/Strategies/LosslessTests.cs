using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Sampling;
using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Strategies;

/// <summary>Whatever the strategy, draft length, outcomes, threads, batch and sampling: the ids are those of autoregressive decoding.</summary>
public sealed class LosslessTests
{
    public static TheoryData<ModelArchitecture, int> Architectures => new()
    {
        { ModelArchitecture.Llama, 1 }, { ModelArchitecture.Llama, 3 }, { ModelArchitecture.Qwen2, 2 }, { ModelArchitecture.Qwen3, 2 },
    };

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Random_transformers_say_the_same_by_every_strategy(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam single = new(1), several = new(3);
        Random random = new(layers);
        for (int seed = 0; seed < 3; seed++)
        {
            ModelConfig config = RandomModel.Config(architecture, layers: layers, maxPositions: 128) with { EosTokenIds = [5] };
            using Transformer model = RandomModel.Create(config, seed, single, scale: 2), other = RandomModel.Create(config, seed, several, scale: 2);
            using Transformer small = RandomModel.Create(RandomModel.Config(ModelArchitecture.Llama, layers: 1, maxPositions: 40), seed, several);
            for (int round = 0; round < 18; round++)
                AssertLossless(random, round % 2 == 0 ? model : other, model, 40, draft: round % 3 == 0 ? model : small);
        }
    }

    [Fact]
    public void Models_whose_drafts_are_often_right_say_the_same_by_every_strategy()
    {
        Random random = new(77);
        int verified = 0, accepted = 0;
        for (int round = 0; round < 300; round++)
        {
            FormulaModel model = FormulaModel.Hashed(vocabulary: 12 + random.Next(30), seed: round, maxPositions: 32 + random.Next(100), eos: [1, 3]);
            using PathSelector? selector = round % 2 == 0 ? null : FormulaModel.RandomSelector(model.Config, round);
            model.Selector = selector;
            FormulaModel draft = model.Disturbed(round, maxPositions: 20 + random.Next(100));
            GenerationResult result = AssertLossless(random, model, model, 10 + random.Next(90), draft);
            if (result.Strategy != StrategyKind.Tidar)
                continue;
            verified += (int)result.Acceptance.Verifications;
            accepted += (int)result.Acceptance.Accepted.ToArray().Sum();
        }

        // The property would be worth little if nothing but d_0 were ever accepted.
        Assert.True(accepted > 1.5 * verified, $"{accepted} tokens in {verified} verifications");
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Random_transformers_with_random_path_selectors_say_the_same_by_every_strategy(ModelArchitecture architecture, int layers)
    {
        using WorkerTeam single = new(1), several = new(3);
        Random random = new(50 + layers);
        for (int seed = 0; seed < 3; seed++)
        {
            ModelConfig config = RandomModel.Config(architecture, layers: layers, maxPositions: 128) with { EosTokenIds = [5] };
            SelectorWeights selector = RandomSelector.Create(config.HiddenSize, seed, candidates: 2 + random.Next(70), predecessors: 1 + seed, slots: 1 + random.Next(10));
            using Transformer plain = RandomModel.Create(config, seed, single, scale: 2);
            using Transformer model = RandomModel.Create(config, seed, several, scale: 2, selector: selector);
            for (int round = 0; round < 12; round++)
                AssertLossless(random, model, plain, 40);
        }
    }

    [Fact]
    public void Samples_of_a_golden_model_are_the_same_by_every_strategy()
    {
        string folder = SharedData.Path("goldens", "tidar", "decode", "model");
        using WorkerTeam team = new(2);
        using Models.Weights.Checkpoint checkpoint = Models.Weights.Checkpoint.Open(folder);
        using Transformer model = Transformer.Load(checkpoint, team);
        Random random = new(4);
        for (int round = 0; round < 40; round++)
            AssertLossless(random, model, model, 60);
    }

    [Fact]
    public void Sessions_whose_steps_are_planned_together_say_what_each_says_alone()
    {
        Random random = new(5);
        for (int round = 0; round < 30; round++)
        {
            FormulaModel model = FormulaModel.Hashed(vocabulary: 12 + random.Next(30), seed: round, maxPositions: 300, eos: [1]);
            int v = model.Config.VocabularySize;
            DecodingEngine engine = new(model) { Planner = Planner(random, model.Config) };
            List<(DecodingSession Session, GenerationResult Alone)> texts = [];
            for (int i = 0; i < 5; i++)
            {
                int[] prompt = [.. Enumerable.Range(0, 1 + random.Next(9)).Select(_ => random.Next(v - 1))];
                GenerationOptions options = new() { MaxTokens = 20 + random.Next(150), Sampling = Sampling(random, v) };
                texts.Add((engine.Start(prompt, options), new TextGenerator(model).Generate(prompt, options with { Strategy = StrategyKind.Autoregressive })));
            }

            engine.Run([.. texts.Select(t => t.Session)]);
            foreach ((DecodingSession session, GenerationResult alone) in texts)
            {
                GenerationResult result = session.ToResult();
                Assert.Equal(alone.Ids, result.Ids);
                Assert.Equal(TidarMode.Auto, result.Mode);
                PlannedPasses planned = result.Planned!;
                Assert.Equal(result.Passes, planned.Alone + planned.Drafting + planned.TwoPass + planned.Sparse + planned.Fused);
                session.Dispose();
            }
        }
    }

    [Theory]
    [InlineData(0f, 0.6f, 0f)]
    [InlineData(1f, 0f, 0f)]
    [InlineData(0.8f, 0.6f, 0.3f)]
    public void Drafts_are_chosen_with_the_noise_and_the_history_of_their_positions(float temperature, float frequencyPenalty, float presencePenalty)
    {
        // Every row, mask or not, has the same logits: then only noise and penalties make the text, and a draft that knows both is always right.
        FormulaModel model = new(30, (_, token) => token * -0.11f);
        GenerationOptions options = new()
        {
            MaxTokens = 80,
            Sampling = new SamplingOptions { Temperature = temperature, FrequencyPenalty = frequencyPenalty, PresencePenalty = presencePenalty, Seed = 3 },
        };
        GenerationResult result = new TextGenerator(model).Generate([4, 7], options);
        Assert.Equal(1 + (80 / result.DraftLength), result.Passes);
        Assert.True(result.Ids.Distinct().Count() > 3);
    }

    private static GenerationResult AssertLossless(Random random, ILanguageModel model, ILanguageModel reference, int maxTokens, ILanguageModel? draft = null)
    {
        int v = model.Config.VocabularySize;
        int[] prompt = [.. Enumerable.Range(0, 1 + random.Next(20)).Select(_ => random.Next(v - 1))];
        GenerationOptions options = new()
        {
            MaxTokens = maxTokens,
            IgnoreEos = random.Next(2) == 0,
            Sampling = Sampling(random, v),
            LogProbabilities = random.Next(3) == 0 ? 3 : null,
        };
        GenerationOptions drafting = Drafting(random, options);
        GenerationResult expected = new TextGenerator(reference).Generate(prompt, options with { Strategy = StrategyKind.Autoregressive });
        GenerationResult actual = new TextGenerator(model, planner: Planner(random, model.Config), draft: new DraftModel(draft ?? model)).Generate(prompt, drafting);
        string what = $"{drafting}, prompt {string.Join(' ', prompt)}";
        Assert.True(expected.Ids.SequenceEqual(actual.Ids), what);
        Assert.Equal(expected.Finish, actual.Finish);
        Assert.Equal(expected.Ids.Count, expected.Passes);
        Assert.True(actual.Passes <= (2 * actual.Ids.Count) + 1, what);
        Assert.Equal(options.LogProbabilities is null, actual.LogProbabilities is null);
        if (actual.LogProbabilities is not null)
            AssertSameLogProbabilities(expected, actual);
        return actual;
    }

    private static void AssertSameLogProbabilities(GenerationResult expected, GenerationResult actual)
    {
        Assert.Equal(actual.Ids, actual.LogProbabilities!.Select(p => p.Token));
        foreach ((TokenLogProbability one, TokenLogProbability other) in expected.LogProbabilities!.Zip(actual.LogProbabilities!))
        {
            Assert.Equal(one.Value, other.Value);
            Assert.Equal(one.Top, other.Top);
            Assert.Equal(3, one.Top.Count);
        }
    }

    private static GenerationOptions Drafting(Random random, GenerationOptions options)
    {
        int k = 1 + random.Next(random.Next(4) == 0 ? 20 : 9);
        options = options with { Branches = random.Next(3) == 0 ? null : random.Next(100) };
        return random.Next(6) switch
        {
            5 => options with { Strategy = StrategyKind.DraftModel, DraftLength = k },
            4 => options with { Strategy = StrategyKind.PromptLookup, DraftLength = k, Speculation = new() { NGram = 1 + random.Next(4) } },
            3 => options with { Strategy = StrategyKind.Tidar, DraftLength = k },
            0 => options with { Strategy = StrategyKind.Tidar, Mode = TidarMode.Fused, DraftLength = k },
            1 => options with { Strategy = StrategyKind.Tidar, Mode = TidarMode.TwoPass, DraftLength = k },
            _ => options with
            {
                Strategy = StrategyKind.Tidar,
                Mode = TidarMode.Sparse,
                DraftLength = k,
                Outcomes = [.. Enumerable.Range(1, k).Where(_ => random.Next(2) == 0)],
            },
        };
    }

    // On machines where all kinds of steps pay; with two lengths of context in which rows cost differently.
    private static Planner Planner(Random random, ModelConfig config)
    {
        CostCurve Curve() => new([1, 2, 9, 40], [1, 1 + (random.NextDouble() / 4), 1.3 + random.NextDouble(), 2.3 + random.NextDouble()]);
        return new Planner(new PassCosts([new ContextCosts(8, Curve(), Curve()), new ContextCosts(200, Curve(), Curve())], new CostCurve([1, 8], [0.01, 0.05])), config);
    }

    private static SamplingOptions Sampling(Random random, int v) => random.Next(4) == 0
        ? SamplingOptions.Greedy
        : new SamplingOptions
        {
            Temperature = random.Next(4) == 0 ? 0 : 0.2f + random.NextSingle(),
            TopK = random.Next(2) * random.Next(1, v + 5),
            TopP = random.Next(2) == 0 ? 1 : 0.5f + (random.NextSingle() / 2),
            MinP = random.Next(3) == 0 ? random.NextSingle() * 0.2f : 0,
            RepetitionPenalty = random.Next(3) == 0 ? 0.8f + random.NextSingle() : 1,
            PresencePenalty = random.Next(3) == 0 ? random.NextSingle() : 0,
            FrequencyPenalty = random.Next(3) == 0 ? random.NextSingle() : 0,
            LogitBias = random.Next(4) == 0 ? new Dictionary<int, float> { [random.Next(v)] = 3, [random.Next(v)] = -100 } : null,
            Seed = random.NextInt64(),
        };
}
