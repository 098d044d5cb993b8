using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Scoring;
using Tidar.Decoding.Strategies.Speculative;

namespace Tidar.Decoding.Tests.Strategies.Speculative;

/// <summary>
/// The textbook rule against probabilities enumerated from the model's formula: by chi-square over fixed seeds, where a correct sampler fails one test in a million (<see cref="ChiSquare"/>).
/// </summary>
public sealed class TextbookRuleTests
{
    private const int Samples = 20_000;
    private const int Length = 4;

    // Four tokens and the mask.
    private const int V = 5;
    private const float Temperature = 1.3f;

    private static readonly int[] Prompt = [1, 2, 0, 1, 2, 3, 1, 2];

    public static TheoryData<StrategyKind, int, float> Cases => new()
    {
        { StrategyKind.DraftModel, 0, 0 },
        { StrategyKind.DraftModel, 3, 0 },
        { StrategyKind.DraftModel, 0, 0.7f },
        { StrategyKind.PromptLookup, 0, 0 },
        { StrategyKind.PromptLookup, 3, 0.7f },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Texts_have_the_enumerated_distribution(StrategyKind strategy, int topK, float frequencyPenalty)
    {
        FormulaModel model = FormulaModel.Hashed(V, 3), small = model.Disturbed(8, strength: 5);
        SamplingOptions sampling = new() { Temperature = Temperature, TopK = topK, FrequencyPenalty = frequencyPenalty };
        Dictionary<string, double> probabilities = [];
        Enumerate(model, sampling, [], 1, probabilities);
        Assert.Equal(1, probabilities.Values.Sum(), 1e-9);

        // Drafts of different length put every position behind drafts, rejections and bonus tokens alike.
        foreach (int k in new[] { 1, 3 })
        {
            (string[] texts, long accepted, long drafted) = Sample(model, small, Options(strategy, sampling, AcceptanceRule.Textbook, k));
            Assert.InRange(accepted, drafted / 10, drafted * 9 / 10);
            Dictionary<string, int> counts = texts.CountBy(t => t).ToDictionary();
            Assert.All(counts.Keys, text => Assert.True(probabilities.ContainsKey(text), text));
            string[] cells = [.. probabilities.Keys];
            ChiSquare.AssertFits([.. cells.Select(c => counts.GetValueOrDefault(c))], [.. cells.Select(c => probabilities[c])], Samples);
        }
    }

    [Fact]
    public void The_second_draw_does_not_depend_on_the_noise_that_the_draft_was_drawn_with()
    {
        // Where the first token was drafted, the noise of the second is likely to be small and that of the third is not: drawn with it once more, the third would come up too often.
        const int Draws = 200_000;
        double[] p = [0.1, 0.45, 0.25, 0.2], q = [0.6, 0.25, 0.05, 0.1];
        float[] target = [.. p.Select(x => (float)x)], row = new float[p.Length];
        Sampler sampler = new(new SamplingOptions { Temperature = 1, Seed = 5 }, p.Length, -1, [0]);
        int[] counts = new int[p.Length];
        for (int position = 0; position < Draws; position++)
        {
            for (int i = 0; i < q.Length; i++)
                row[i] = (float)Math.Log(q[i]);
            int draft = sampler.ChooseAndNormalize(row, position);
            counts[TextbookRule.Choose(target, draft, row, 5, position)]++;
        }

        ChiSquare.AssertFits(counts, p, Draws);
    }

    [Fact]
    public void Drafts_are_accepted_as_often_as_the_two_distributions_overlap()
    {
        FormulaModel model = FormulaModel.Hashed(V, 3), small = model.Disturbed(8, strength: 5);
        SamplingOptions sampling = new() { Temperature = Temperature };
        double expected = 0;
        foreach ((int first, double probability) in Distribution(model, sampling, []))
        {
            Dictionary<int, double> q = Distribution(small, sampling, [first]).ToDictionary(c => c.Token, c => c.Probability);
            expected += probability * Distribution(model, sampling, [first]).Sum(c => Math.Min(c.Probability, q[c.Token]));
        }

        (_, long accepted, long drafted) = Sample(model, small, Options(StrategyKind.DraftModel, sampling, AcceptanceRule.Textbook, 1) with { MaxTokens = 3 });
        Assert.Equal(Samples, drafted);
        ChiSquare.AssertFits([(int)accepted, (int)(drafted - accepted)], [expected, 1 - expected], Samples);
    }

    [Theory]
    [InlineData(StrategyKind.DraftModel)]
    [InlineData(StrategyKind.PromptLookup)]
    public void Greedy_texts_are_autoregressive_decoding_s_and_sampled_ones_are_other_samples(StrategyKind strategy)
    {
        int equal = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            FormulaModel model = FormulaModel.Hashed(8, seed);
            TextGenerator generator = new(model, draft: new DraftModel(model.Disturbed(seed)));
            GenerationOptions sampled = Options(strategy, new SamplingOptions { Temperature = 1, Seed = seed }, AcceptanceRule.Textbook, 4) with { MaxTokens = 40 };
            GenerationOptions greedy = sampled with { Sampling = new SamplingOptions { FrequencyPenalty = seed % 2 } };
            Assert.Equal(Autoregressive(greedy), generator.Generate(Prompt, greedy).Ids);
            Assert.Equal(generator.Generate(Prompt, sampled).Ids, generator.Generate(Prompt, sampled).Ids);
            equal += Autoregressive(sampled).SequenceEqual(generator.Generate(Prompt, sampled).Ids) ? 1 : 0;

            IReadOnlyList<int> Autoregressive(GenerationOptions options) =>
                generator.Generate(Prompt, options with { Strategy = StrategyKind.Autoregressive, Speculation = new() }).Ids;
        }

        Assert.InRange(equal, 0, 4);
    }

    [Fact]
    public void Log_probabilities_are_the_model_s_own()
    {
        FormulaModel model = FormulaModel.Hashed(8, 3);
        TextGenerator generator = new(model, draft: new DraftModel(model.Disturbed(3)));
        GenerationOptions options = Options(StrategyKind.DraftModel, new SamplingOptions { Temperature = 1 }, AcceptanceRule.Textbook, 4) with { LogProbabilities = 2, MaxTokens = 30 };
        GenerationResult result = generator.Generate(Prompt, options);
        IReadOnlyList<double?> scored = new SequenceScorer(model).Score([.. Prompt, .. result.Ids]).LogProbabilities;
        Assert.Equal(result.LogProbabilities!.Select(p => (double?)p.Value), scored.Skip(Prompt.Length));
        Assert.Equal(result.Ids, result.LogProbabilities!.Select(p => p.Token));
    }

    private static GenerationOptions Options(StrategyKind strategy, SamplingOptions sampling, AcceptanceRule rule, int k) =>
        new() { Strategy = strategy, Sampling = sampling, MaxTokens = Length, DraftLength = k, Speculation = new() { Acceptance = rule } };

    private static (string[] Texts, long Accepted, long Drafted) Sample(FormulaModel model, FormulaModel small, GenerationOptions options)
    {
        List<string> texts = [];
        long accepted = 0, drafted = 0;
        BatchGenerator generator = new(model, null, 50, draft: new DraftModel(small));
        int[][] prompts = [.. Enumerable.Repeat(Prompt, Samples)];
        foreach (GenerationResult result in generator.Run(prompts, seed => options with { Sampling = options.Sampling with { Seed = seed } }))
        {
            texts.Add(string.Join(' ', result.Ids));
            accepted += result.Acceptance.Accepted.ToArray().Sum();
            drafted += result.Acceptance.Drafted.ToArray().Sum();
        }

        return ([.. texts], accepted, drafted);
    }

    private static void Enumerate(FormulaModel model, SamplingOptions sampling, int[] text, double probability, Dictionary<string, double> into)
    {
        if (text.Length == Length)
        {
            into.Add(string.Join(' ', text), probability);
            return;
        }

        foreach ((int token, double share) in Distribution(model, sampling, text))
            Enumerate(model, sampling, [.. text, token], probability * share, into);
    }

    // What may come next, in double precision from the definitions of the options used here.
    private static List<(int Token, double Probability)> Distribution(FormulaModel model, SamplingOptions sampling, int[] text)
    {
        int[] seen = [.. Prompt, .. text];
        IEnumerable<(int Token, double Logit)> logits = Enumerable.Range(0, V - 1)
            .Select(t => (t, (model.Logit(seen, t) - (sampling.FrequencyPenalty * text.Count(x => x == t))) / (double)sampling.Temperature))
            .OrderByDescending(c => c.Item2);
        (int Token, double Logit)[] kept = [.. sampling.TopK > 0 ? logits.Take(sampling.TopK) : logits];
        double total = kept.Sum(c => Math.Exp(c.Logit));
        return [.. kept.Select(c => (c.Token, Math.Exp(c.Logit) / total))];
    }
}
