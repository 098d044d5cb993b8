using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Strategies.Speculative;

/// <summary>What drafts of a second model and of a prompt lookup bring, and what is refused. That the text is autoregressive decoding's stands in <see cref="LosslessTests"/>.</summary>
public sealed class SpeculativeTests
{
    private const int V = 24;

    private static readonly GenerationOptions Drafted = new() { Strategy = StrategyKind.DraftModel, DraftLength = 5, Trace = true };

    public static TheoryData<SamplingOptions> Samplings =>
    [
        SamplingOptions.Greedy,
        new SamplingOptions { Temperature = 1.1f, Seed = 3 },
        new SamplingOptions { Temperature = 0.9f, TopK = 9, TopP = 0.9f, RepetitionPenalty = 1.2f, FrequencyPenalty = 0.3f, Seed = 8 },
    ];

    [Theory]
    [MemberData(nameof(Samplings))]
    public void A_model_that_drafts_for_itself_is_always_right_and_brings_K_plus_one_tokens_a_pass(SamplingOptions sampling)
    {
        FormulaModel model = FormulaModel.Hashed(V, 1);
        GenerationResult result = new TextGenerator(model, draft: new DraftModel(model)).Generate([4, 7], Drafted with { MaxTokens = 1 + (6 * 10), Sampling = sampling });

        // The prefill's token, then five guesses and the bonus token of the row behind them in each pass.
        Assert.Equal(1 + 10, result.Passes);
        Assert.Equal(61, result.Ids.Count);
        Assert.Equal(result.Acceptance.Drafted.ToArray(), result.Acceptance.Accepted.ToArray());
        Assert.Equal([10, 10, 10, 10, 10], result.Acceptance.Drafted.ToArray());
        Assert.Equal(5 * 10, result.DraftPasses);
        Assert.All(result.Steps!.Skip(1), step => Assert.Equal(step.Draft!.Count, step.Accepted));
    }

    [Theory]
    [MemberData(nameof(Samplings))]
    public void Shared_noise_makes_a_similar_model_right_more_often_than_noise_of_its_own(SamplingOptions sampling)
    {
        FormulaModel model = FormulaModel.Hashed(V, 2);
        GenerationResult result = new TextGenerator(model, draft: new DraftModel(model.Disturbed(5, strength: 1))).Generate([4, 7], Drafted with { MaxTokens = 600, Sampling = sampling });
        double rate = (double)result.Acceptance.Accepted[0] / result.Acceptance.Drafted[0];

        // Two samples of one distribution over 23 tokens would agree in far fewer cases, for each of these settings.
        Assert.True(rate > 0.6, $"{rate}");
        Assert.True(result.TokensPerPass > 2, $"{result.TokensPerPass}");
    }

    [Fact]
    public void The_trace_tells_what_every_pass_drafted_accepted_and_said_itself()
    {
        FormulaModel model = FormulaModel.Hashed(V, 3);
        GenerationResult result = new TextGenerator(model, draft: new DraftModel(model.Disturbed(1))).Generate([4, 7], Drafted with { MaxTokens = 50 });
        Assert.Equal(StepKind.Prefill, result.Steps![0].Kind);
        List<int> said = [result.Ids[0]];
        foreach (DecodingStep step in result.Steps.Skip(1))
        {
            said.AddRange(step.Draft!.Take(step.Accepted!.Value));
            said.Add(step.Corrected!.Value);
        }

        Assert.Equal(result.Ids, said);
        Assert.Equal(result.Passes, result.Steps.Count);
        Assert.Equal(result.DraftPasses, result.Steps.Skip(1).Sum(s => s.Draft!.Count));
        Assert.Equal(result.DraftPasses, (int)result.Acceptance.Drafted.ToArray().Sum());
        Assert.InRange(result.Acceptance.Accepted.ToArray().Sum(), 1, result.DraftPasses - 1);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1.1f)]
    public void Drafts_are_what_the_draft_model_would_write_itself_behind_the_text_so_far(float temperature)
    {
        using WorkerTeam team = new(1);
        using Transformer model = RandomModel.Create(RandomModel.Config(vocabulary: V), 1, team, scale: 2), small = RandomModel.Create(RandomModel.Config(vocabulary: V, layers: 1), 2, team, scale: 2);
        FormulaModel formula = FormulaModel.Hashed(V, 11);
        GenerationOptions options = Drafted with { MaxTokens = 60, Sampling = new SamplingOptions { Temperature = temperature, RepetitionPenalty = 1.1f, Seed = 4 } };
        foreach ((ILanguageModel target, ILanguageModel drafter) in new (ILanguageModel, ILanguageModel)[] { (model, small), (formula, formula.Disturbed(2)) })
        {
            // Fed in parts, the prompt by several passes of the draft model.
            int[] prompt = [.. Enumerable.Range(0, 20)];
            DecodingEngine engine = new(target, new DraftModel(drafter)) { PrefillRows = 7 };
            using DecodingSession session = engine.Start(prompt, options);
            engine.Run([session]);
            List<int> text = [.. prompt, session.Sequence.Generated[0]];
            foreach (DecodingStep step in session.Sequence.Steps!.Skip(1))
            {
                if (step.Draft!.Count > 0)
                {
                    GenerationOptions alone = options with { Strategy = StrategyKind.Autoregressive, MaxTokens = step.Draft.Count };
                    Assert.Equal(new TextGenerator(drafter).Generate([.. text], alone).Ids, step.Draft);
                }

                text.AddRange([.. step.Draft.Take(step.Accepted!.Value), step.Corrected!.Value]);
            }

            Assert.Equal(text, session.Sequence.Tokens.ToArray());
        }
    }

    [Fact]
    public void Nothing_is_drafted_that_no_text_has_room_for()
    {
        FormulaModel model = FormulaModel.Hashed(V, 4, maxPositions: 20);
        DraftModel draft = new(model);
        GenerationResult most = new TextGenerator(model, draft: draft).Generate([4, 7], Drafted with { MaxTokens = 9 });
        GenerationResult context = new TextGenerator(model, draft: draft).Generate([4, 7, 8], Drafted with { MaxTokens = 90 });
        Assert.Equal([5, 1], most.Steps!.Skip(1).Select(s => s.Draft!.Count));
        Assert.Equal([5, 5, 3], context.Steps!.Skip(1).Select(s => s.Draft!.Count));
        Assert.Equal(17, context.Ids.Count);
    }

    [Fact]
    public void Drafts_end_at_the_end_of_the_draft_model_s_context_and_the_text_goes_on()
    {
        FormulaModel model = FormulaModel.Hashed(V, 5), small = model.Disturbed(5, strength: 0, maxPositions: 12);
        TextGenerator generator = new(model, draft: new DraftModel(small));
        GenerationResult result = generator.Generate([4, 7], Drafted with { MaxTokens = 20 });
        Assert.Equal(generator.Generate([4, 7], Drafted with { Strategy = StrategyKind.Autoregressive, MaxTokens = 20 }).Ids, result.Ids);
        Assert.Equal([5, 4, 0, 0, 0, 0, 0, 0, 0, 0], result.Steps!.Skip(1).Select(s => s.Draft!.Count));
        Assert.Contains("12 tokens", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Empty(generator.Generate([4, 7], Drafted with { MaxTokens = 12 }).Warnings);

        // A prompt that is longer still.
        GenerationResult late = generator.Generate([.. Enumerable.Range(0, 15)], Drafted with { MaxTokens = 20 });
        Assert.Equal(20, late.Passes);
        Assert.Equal(0, late.DraftPasses);
    }

    [Fact]
    public void Sessions_share_the_passes_of_the_draft_model()
    {
        FormulaModel model = FormulaModel.Hashed(V, 6), small = model.Disturbed(1);
        DecodingEngine engine = new(model, new DraftModel(small));
        DecodingSession[] sessions = [.. Enumerable.Range(0, 6).Select(i => engine.Start([i, 7], Drafted with { MaxTokens = 40 }))];
        DecodingSession plain = engine.Start([1, 7], Drafted with { Strategy = StrategyKind.Tidar, MaxTokens = 40 });
        engine.Run([.. sessions, plain]);
        Assert.True(small.Passes < sessions.Sum(s => s.DraftPasses) / 3, $"{small.Passes} passes for {sessions.Sum(s => s.DraftPasses)}");
        Assert.True(small.Passes >= sessions.Max(s => s.DraftPasses));
        Assert.Equal(0, plain.DraftPasses);
        foreach (DecodingSession session in sessions)
            session.Dispose();
        plain.Dispose();
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 9, 1, 2, 4, 9, 1, 2 }, 3, new[] { 4, 9, 1 })] // 9 1 2 occurred before, later than 1 2 3
    [InlineData(new[] { 5, 1, 2, 3, 9, 1, 2, 4, 8, 8, 5, 1, 2 }, 3, new[] { 3, 9, 1 })] // the longer match wins over the later one
    [InlineData(new[] { 5, 1, 2, 3, 9, 1, 2, 4, 8, 8, 5, 1, 2 }, 2, new[] { 4, 8, 8 })] // as long as may be looked for, the later one
    [InlineData(new[] { 7, 4, 5, 4, 5 }, 3, new[] { 4, 5, 4 })] // goes on with itself
    [InlineData(new[] { 3, 3 }, 1, new[] { 3, 3, 3 })]
    [InlineData(new[] { 1, 2, 3 }, 3, new int[0])]
    [InlineData(new[] { 1 }, 3, new int[0])]
    public void A_lookup_finds_the_longest_latest_place_where_the_end_occurred(int[] text, int ngram, int[] expected)
    {
        FormulaModel model = FormulaModel.Hashed(V, 7);
        using TokenSequence sequence = new(model.CreateCache(64), text, new Sampler(SamplingOptions.Greedy, V, -1, text), new StopConditions([], 50, null, []), 64);
        Assert.Equal(expected, new NGramDrafter(sequence, ngram, longest: 3).Draft().ToArray());
    }

    [Fact]
    public void A_text_that_repeats_itself_is_looked_up()
    {
        // The next token is the last one but three, plus one now and then.
        FormulaModel model = new(V, (seen, token) => token == Next(seen.Span) ? 3 : 0);
        GenerationResult result = new TextGenerator(model).Generate([1, 2, 3, 4], new GenerationOptions { Strategy = StrategyKind.PromptLookup, MaxTokens = 200, Trace = true });
        Assert.True(result.TokensPerPass > 4, $"{result.TokensPerPass}");
        Assert.Equal(8, result.DraftLength);
        Assert.Equal(0, result.DraftPasses);
        Assert.Equal(AcceptanceRule.Exact, result.AcceptanceRule);

        static int Next(ReadOnlySpan<int> seen) => (seen[^Math.Min(4, seen.Length)] + (seen.Length % 37 == 0 ? 1 : 0)) % (V - 1);
    }

    [Theory]
    [InlineData("vocabulary size", "24, as the model's, found 25")]
    [InlineData("token 3", "'d', as the model's, found 'e'")]
    public void A_draft_model_with_another_vocabulary_is_refused_and_the_difference_named(string field, string what)
    {
        FormulaModel model = FormulaModel.Hashed(V, 8), larger = FormulaModel.Hashed(V + 1, 8);
        Tokenizer letters = CharacterTokenizer.Create(V), others = CharacterTokenizer.Create(V, swapped: 3);
        DraftModel draft = field == "token 3" ? new(model, others) : new(larger);
        string message = Assert.Throws<InvalidInputException>(() => new TextGenerator(model, letters, draft: draft)).Message;
        Assert.Equal($"draft model: {field}: expected {what}", message);
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => new BatchGenerator(model, letters, 2, draft: draft)).Message);

        // Nothing to compare, nothing to refuse.
        if (field == "token 3")
            Assert.NotNull(new TextGenerator(model, draft: draft));
    }

    [Theory]
    [InlineData("draft length", StrategyKind.DraftModel, 65, null, AcceptanceRule.Exact, "1 to 64, found 65")]
    [InlineData("draft length", StrategyKind.PromptLookup, 0, null, AcceptanceRule.Exact, "1 to 64, found 0")]
    [InlineData("n-gram", StrategyKind.PromptLookup, 4, 0, AcceptanceRule.Exact, "1 to 64, found 0")]
    [InlineData("n-gram", StrategyKind.DraftModel, 4, 2, AcceptanceRule.Exact, "strategy prompt-lookup")]
    [InlineData("n-gram", StrategyKind.Tidar, 4, 2, AcceptanceRule.Exact, "strategy prompt-lookup, found strategy tidar")]
    [InlineData("acceptance", StrategyKind.Autoregressive, 4, null, AcceptanceRule.Textbook, "strategy draft-model or prompt-lookup, found strategy ar")]
    public void A_wrong_option_is_named(string field, StrategyKind strategy, int k, int? ngram, AcceptanceRule rule, string what)
    {
        FormulaModel model = FormulaModel.Hashed(V, 9);
        GenerationOptions options = new() { Strategy = strategy, DraftLength = k, Speculation = new() { NGram = ngram, Acceptance = rule } };
        string message = Assert.Throws<InvalidInputException>(() => new TextGenerator(model, draft: new DraftModel(model)).Generate([1], options)).Message;
        Assert.Contains($"{field}: expected {what}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strategy_that_needs_a_draft_model_says_so()
    {
        string message = Assert.Throws<InvalidInputException>(() => new TextGenerator(FormulaModel.Hashed(V, 10)).Generate([1], Drafted)).Message;
        Assert.Contains("a draft model for strategy draft-model, found none", message, StringComparison.Ordinal);
    }
}
