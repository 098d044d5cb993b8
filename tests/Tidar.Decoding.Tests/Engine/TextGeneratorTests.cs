using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Models;

namespace Tidar.Decoding.Tests.Engine;

/// <summary>Endings, limits, updates and messages of a generation.</summary>
public sealed class TextGeneratorTests
{
    private static readonly GenerationOptions Autoregressive = new() { Strategy = StrategyKind.Autoregressive, MaxTokens = 40 };

    public static TheoryData<string> Modes => ["ar", "fused", "two-pass", "sparse", "draft-model", "prompt-lookup"];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Every_end_token_ends_the_text_and_is_its_last_id(string mode)
    {
        HashSet<int> seen = [];
        for (int seed = 0; seed < 60; seed++)
        {
            FormulaModel model = FormulaModel.Hashed(20, seed, eos: [4, 11]);
            GenerationResult result = Generator(model).Generate([seed % 19], Mode(mode));
            if (result.Finish != FinishReason.Eos)
                continue;
            seen.Add(result.Ids[^1]);
            Assert.DoesNotContain(result.Ids.SkipLast(1), id => id is 4 or 11);
        }

        Assert.Equal([4, 11], seen.Order());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_time_inside_the_model_is_part_of_the_time_and_the_engine_counts_its_passes(string mode)
    {
        FormulaModel model = FormulaModel.Hashed(20, 3);
        DecodingEngine engine = new(model, Draft(model)) { PrefillRows = 2 };
        using DecodingSession session = engine.Start([2, 3, 4, 5, 6], Mode(mode) with { MaxTokens = 9 });
        engine.Run([session]);
        GenerationResult result = session.ToResult();
        Assert.InRange(result.PrefillModelSeconds, 0, result.PrefillSeconds);
        Assert.InRange(result.DecodeModelSeconds, 0, result.DecodeSeconds);
        Assert.Equal(engine.ModelSeconds, result.PrefillModelSeconds + result.DecodeModelSeconds, tolerance: 1e-6);

        // Three parts of the prompt, which the text counts as one.
        Assert.Equal(result.Passes + 2, engine.Passes);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_most_tokens_asked_for_are_never_exceeded(string mode)
    {
        FormulaModel model = FormulaModel.Hashed(20, 1);
        for (int most = 1; most < 20; most++)
        {
            GenerationResult result = Generator(model).Generate([2, 3], Mode(mode) with { MaxTokens = most });
            Assert.Equal(most, result.Ids.Count);
            Assert.Equal(FinishReason.Length, result.Finish);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void The_text_ends_at_the_end_of_the_context(string mode)
    {
        FormulaModel model = FormulaModel.Hashed(20, 2, maxPositions: 30);
        for (int prompt = 1; prompt < 30; prompt++)
        {
            GenerationResult result = Generator(model).Generate([.. Enumerable.Repeat(3, prompt)], Mode(mode) with { MaxTokens = 100 });
            Assert.Equal(30, prompt + result.Ids.Count);
            Assert.Equal(FinishReason.Length, result.Finish);
        }

        GenerationResult shorter = Generator(model).Generate([1, 2], Mode(mode) with { MaxTokens = 100, ContextLength = 12 });
        Assert.Equal(10, shorter.Ids.Count);
    }

    [Fact]
    public void Autoregression_takes_one_pass_a_token()
    {
        GenerationResult result = new TextGenerator(FormulaModel.Hashed(20, 3)).Generate([1], Autoregressive);
        Assert.Equal(1.0, result.TokensPerPass);
        Assert.Equal(40, result.Passes);
        Assert.Null(result.Mode);
        Assert.Null(result.Steps);
        Assert.Null(result.Text);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_prompt_in_many_parts_gives_the_text_and_the_passes_of_one_in_a_single_part(string mode)
    {
        FormulaModel model = FormulaModel.Hashed(20, 4);
        int[] prompt = [.. Enumerable.Range(0, 50).Select(i => i % 19)];
        GenerationResult whole = Run(new DecodingEngine(model, Draft(model)), prompt, Mode(mode));
        foreach (int rows in new[] { 1, 7, 49, 50 })
        {
            GenerationResult parts = Run(new DecodingEngine(model, Draft(model)) { PrefillRows = rows }, prompt, Mode(mode));
            Assert.Equal(whole.Ids, parts.Ids);
            Assert.Equal(whole.Passes, parts.Passes);
            Assert.Equal(whole.DraftPasses, parts.DraftPasses);
        }
    }

    [Fact]
    public void Sessions_of_all_kinds_in_one_batch_get_what_they_get_alone()
    {
        FormulaModel model = FormulaModel.Hashed(24, 5, eos: [6]);
        Random random = new(5);
        (int[] Prompt, GenerationOptions Options)[] requests =
        [
            .. Enumerable.Range(0, 18).Select(i => (
                Enumerable.Range(0, 1 + random.Next(60)).Select(_ => random.Next(23)).ToArray(),
                Mode(Modes.ElementAt(i % 6)) with
                {
                    MaxTokens = 5 + random.Next(40),
                    LogProbabilities = i % 3,
                    Sampling = new SamplingOptions { Temperature = i % 2, Seed = i },
                })),
        ];
        DecodingEngine engine = new(model, Draft(model)) { PrefillRows = 16 };
        DecodingSession[] sessions = [.. requests.Select(r => engine.Start(r.Prompt, r.Options))];
        engine.Run(sessions);
        foreach (((int[] prompt, GenerationOptions options), DecodingSession session) in requests.Zip(sessions))
        {
            GenerationResult alone = Generator(model).Generate(prompt, options), together = session.ToResult();
            Assert.Equal(alone.Ids, together.Ids);
            Assert.Equal(alone.Passes, together.Passes);
            Assert.Equal(alone.DraftPasses, together.DraftPasses);
            Assert.Equal(alone.LogProbabilities!.Select(p => p.Value), together.LogProbabilities!.Select(p => p.Value));
            session.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Updates_together_are_the_result(string mode)
    {
        TextGenerator generator = Generator(FormulaModel.Hashed(20, 6, eos: [2]));
        GenerationResult expected = generator.Generate([5, 6], Mode(mode));
        GenerationUpdate[] updates = [.. generator.Stream([5, 6], Mode(mode))];
        Assert.Equal(expected.Ids, updates.SelectMany(u => u.Tokens));
        Assert.Equal(Enumerable.Range(1, expected.Passes), updates.Select(u => u.Pass));
        Assert.All(updates.SkipLast(1), u => Assert.Null(u.Result));
        Assert.Equal(expected.Ids, updates[^1].Result!.Ids);
        List<int> ids = [];
        await foreach (GenerationUpdate update in generator.StreamAsync([5, 6], Mode(mode)))
            ids.AddRange(update.Tokens);
        Assert.Equal(expected.Ids, ids);
    }

    [Fact]
    public async Task Cancelling_ends_a_generation_between_two_passes()
    {
        TextGenerator generator = new(FormulaModel.Hashed(20, 7));
        using CancellationTokenSource source = new();
        int passes = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (GenerationUpdate update in generator.Stream([1], Autoregressive, source.Token))
            {
                passes = update.Pass;
                if (passes == 3)
                    source.Cancel();
            }
        });
        Assert.Equal(3, passes);
        Assert.Throws<OperationCanceledException>(() => generator.Generate([1], Autoregressive, source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationUpdate update in generator.StreamAsync([1], Autoregressive, source.Token))
                Assert.NotNull(update);
        });
    }

    [Fact]
    public void Slot_zero_and_unchosen_blocks_need_no_logits()
    {
        FormulaModel model = FormulaModel.Hashed(20, 8);
        GenerationResult result = new TextGenerator(model).Generate([1], Mode("fused") with { DraftLength = 8, Trace = true });
        Assert.Equal(8 + 64, model.LargestPass);

        // Prefill: the last prompt row and 7 slots; each later pass: 8 draft rows and 7 slots of one block, the last pass without a next block.
        Assert.Equal(8 + ((result.Passes - 1) * 15) - 7, model.LogitRows);
    }

    [Fact]
    public void Acceptance_is_counted_by_slot()
    {
        GenerationResult result = new TextGenerator(FormulaModel.Hashed(20, 9)).Generate([1], Mode("fused") with { Trace = true });
        int[] accepted = [.. result.Steps!.Skip(1).Select(s => s.Accepted!.Value)];
        Assert.Equal(accepted.Length, result.Acceptance.Verifications);
        for (int slot = 0; slot < result.DraftLength; slot++)
        {
            Assert.Equal(accepted.Length, result.Acceptance.Drafted[slot]);
            Assert.Equal(accepted.Count(r => r > slot), result.Acceptance.Accepted[slot]);
        }
    }

    [Fact]
    public void A_draft_length_other_than_the_trained_one_is_a_warning_not_an_error()
    {
        TextGenerator generator = new(FormulaModel.Hashed(20, 10));
        Assert.Empty(generator.Generate([1], Mode("fused")).Warnings);
        Assert.Contains("trained", Assert.Single(generator.Generate([1], Mode("fused") with { DraftLength = 4 }).Warnings), StringComparison.Ordinal);
        Assert.Empty(generator.Generate([1], Autoregressive).Warnings);
    }

    [Fact]
    public void A_mask_token_lets_TiDAR_run_on_a_model_without_training_for_it()
    {
        FormulaModel model = FormulaModel.Hashed(20, 11);
        model.Config = model.Config with { Tidar = null };
        TextGenerator generator = new(model);
        GenerationOptions named = Mode("fused") with { MaskTokenId = 7 };
        Assert.Throws<InvalidInputException>(() => generator.Generate([1], Mode("fused")));
        GenerationResult result = generator.Generate([1], named);
        Assert.Single(result.Warnings);
        Assert.DoesNotContain(7, result.Ids);
        Assert.Equal(generator.Generate([1], Autoregressive with { MaskTokenId = 7 }).Ids, result.Ids);
        Assert.Equal(StrategyKind.Autoregressive, generator.Generate([1]).Strategy);
    }

    [Theory]
    [InlineData("prompt", "at least one token")]
    [InlineData("prompt", "fewer than 30")]
    [InlineData("token 1", "0 to 19")]
    [InlineData("token 2", "mask token 19")]
    [InlineData("max tokens", "at least 1")]
    [InlineData("draft length", "1 to 64")]
    [InlineData("outcomes", "1 to the draft length 8")]
    [InlineData("outcomes", "in mode sparse")]
    [InlineData("outcomes", "mode sparse with outcomes")]
    [InlineData("beta", "0 to 1")]
    [InlineData("beta", "mode fused")]
    [InlineData("logprobs", "0 to 100")]
    [InlineData("stop", "tokenizer")]
    [InlineData("stop", "not empty")]
    [InlineData("context length", "2 to 30")]
    [InlineData("mask token", "0 to 19")]
    [InlineData("temperature", "0 up")]
    public void A_mistake_is_named_with_what_was_expected(string field, string expected)
    {
        GenerationOptions good = Mode("fused");
        int[] prompt = expected switch
        {
            "at least one token" => [],
            "fewer than 30" => new int[30],
            "0 to 19" when field == "token 1" => [1, 20],
            "mask token 19" => [1, 2, 19],
            _ => [1],
        };
        GenerationOptions options = (field, expected) switch
        {
            ("max tokens", _) => good with { MaxTokens = 0 },
            ("draft length", _) => good with { DraftLength = 65 },
            ("outcomes", "1 to the draft length 8") => good with { Mode = TidarMode.Sparse, Outcomes = [9] },
            ("outcomes", "in mode sparse") => good with { Mode = TidarMode.Sparse },
            ("outcomes", _) => good with { Outcomes = [1] },
            ("beta", "0 to 1") => good with { Beta = double.NaN },
            ("beta", _) => good with { Mode = TidarMode.TwoPass, Beta = 0.5 },
            ("logprobs", _) => good with { LogProbabilities = 101 },
            ("stop", "tokenizer") => good with { Stop = ["x"] },
            ("stop", _) => good with { Stop = [""] },
            ("context length", _) => good with { ContextLength = 31 },
            ("mask token", _) => good with { MaskTokenId = 20 },
            ("temperature", _) => good with { Sampling = new SamplingOptions { Temperature = float.NaN } },
            _ => good,
        };
        TextGenerator generator = new(FormulaModel.Hashed(20, 1, maxPositions: 30));
        string message = Assert.Throws<InvalidInputException>(() => generator.Generate(prompt, options)).Message;
        Assert.Contains(field, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Names_are_read_as_they_are_written()
    {
        Assert.All(Enum.GetValues<StrategyKind>(), s => Assert.Equal(s, DecodingNames.ParseStrategy(DecodingNames.Of(s))));
        Assert.All(Enum.GetValues<AcceptanceRule>(), r => Assert.Equal(r, DecodingNames.ParseAcceptance(DecodingNames.Of(r))));
        Assert.All(Enum.GetValues<TidarMode>(), m => Assert.Equal(m, DecodingNames.ParseMode(DecodingNames.Of(m))));
        Assert.Contains("auto, ar, tidar", Assert.Throws<InvalidInputException>(() => DecodingNames.ParseStrategy("beam")).Message, StringComparison.Ordinal);
    }

    private static GenerationResult Run(DecodingEngine engine, int[] prompt, GenerationOptions options)
    {
        using DecodingSession session = engine.Start(prompt, options);
        engine.Run([session]);
        return session.ToResult();
    }

    private static TextGenerator Generator(FormulaModel model) => new(model, draft: Draft(model));

    private static DraftModel Draft(FormulaModel model) => new(model.Disturbed(1));

    private static GenerationOptions Mode(string mode) => mode switch
    {
        "ar" or "draft-model" or "prompt-lookup" => Autoregressive with { Strategy = DecodingNames.ParseStrategy(mode) },
        _ => Autoregressive with { Strategy = StrategyKind.Tidar, Mode = DecodingNames.ParseMode(mode), Outcomes = mode == "sparse" ? [1, 3, 8] : null },
    };
}
