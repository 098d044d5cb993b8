using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Evaluation.Comparison;
using Tidar.Evaluation.Comparison.Pages;

namespace Tidar.Evaluation.Tests.Comparison;

/// <summary>What is counted, against single texts of the engine itself.</summary>
public sealed class ComparisonRunnerTests : IDisposable
{
    private readonly ComparisonScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_row_has_the_counts_of_the_texts_that_the_engine_writes_alone()
    {
        ComparisonRequest request = ComparisonScene.Request;
        SettingResult result = Assert.Single(_scene.Runner(request).Run());
        Assert.Equal(3, result.Texts);
        Assert.Equal(new Spread(3, 2, 4), result.PromptTokens);
        Assert.Equal(request.Selection.Ways, result.Ways.Select(static w => w.Way));
        TextGenerator generator = new(_scene.Model);
        WayModel model = new(ComparisonScene.Config, 4);
        foreach (WayResult way in result.Ways.Where(static w => w.Way.Name != "sparse-likely"))
        {
            GenerationResult[] alone = [.. request.Prompts.Select(p => generator.Generate(p, way.Way.Options(request.Options, model)))];
            Assert.Equal(2, way.Rounds.Count);
            foreach (RoundMeasurement round in way.Rounds)
            {
                Assert.Equal(alone.Sum(static r => r.Ids.Count), round.Tokens);
                Assert.Equal(alone.Sum(static r => r.Passes), round.Passes);
                Assert.Equal(round.Passes - 3, round.EnginePasses);
                Assert.Equal(round.Tokens, round.DecodedTokens);
                Assert.Equal(1, round.TextsPerPass);
                Assert.Equal(alone.Sum(static r => Guesses(r, r.Acceptance.Drafted)), round.Guessed);
                Assert.Equal(alone.Sum(static r => Guesses(r, r.Acceptance.Accepted)), round.Right);
                Assert.InRange(round.ModelShare, 0, 1);
            }

            Assert.Equal(way.Way.HasOwnText ? null : true, way.EqualsReference);
        }

        RoundMeasurement reference = result.Reference.Middle;
        Assert.Equal((36, 36, 1.0, 1.0), (reference.Tokens, reference.Passes, reference.TokensPerPass, reference.TokensPerPassBehindPrompt));
        Assert.Equal(new Spread(1, 1, 1), result.Reference.Speedup);
        Assert.Equal(new Spread(1, 1, 1), result.Reference.Efficiency);
    }

    [Fact]
    public void Batches_are_filled_with_prompts_over_again_and_change_no_text()
    {
        ComparisonRequest request = ComparisonScene.Request with
        {
            Batches = [1, 2, 4],
            Options = ComparisonScene.Options with { Sampling = new SamplingOptions { Temperature = 0.8f, Seed = 3 } },
            Repetitions = 1,
        };
        IReadOnlyList<SettingResult> results = _scene.Runner(request).Run();
        Assert.Equal([(1, 3), (2, 4), (4, 4)], results.Select(static r => (r.Setting.Batch, r.Texts)));
        foreach (SettingResult result in results)
        {
            Assert.All(result.Ways.Where(static w => !w.Way.HasOwnText), static w => Assert.True(w.EqualsReference));
            Assert.Equal(result.Setting.Batch, result.Reference.Middle.TextsPerPass);
            Assert.Equal(11 * result.Texts / result.Setting.Batch, result.Reference.Middle.EnginePasses);
        }
    }

    [Fact]
    public void Contexts_pad_every_prompt_and_are_varied_at_the_first_batch()
    {
        ComparisonRequest request = ComparisonScene.Request with { Batches = [2, 1], Contexts = [16, 40], Repetitions = 1 };
        IReadOnlyList<SettingResult> results = _scene.Runner(request).Run();
        Assert.Equal([(2, 16), (1, 16), (2, 40)], results.Select(static r => (r.Setting.Batch, r.Setting.Context!.Value)));
        Assert.All(results, static r => Assert.Equal(new Spread(r.Setting.Context!.Value, r.Setting.Context.Value, r.Setting.Context.Value), r.PromptTokens));
    }

    [Fact]
    public void Padding_is_the_prompts_own_text_without_special_tokens_and_leaves_long_prompts_alone()
    {
        IReadOnlyList<int[]> padded = PaddedPrompts.Pad([[1, 2, 9], [3, 4, 5, 6, 7, 8]], 6, static t => t == 9);
        Assert.Equal([6, 7, 8, 1, 2, 9], padded[0]);
        Assert.Equal([3, 4, 5, 6, 7, 8], padded[1]);
        Assert.Equal([9, 9, 9], PaddedPrompts.Pad([[9]], 3, static t => t == 9)[0]);
    }

    [Fact]
    public void Contexts_that_leave_no_room_for_an_answer_are_cut_with_a_note()
    {
        (IReadOnlyList<int> contexts, IReadOnlyList<string> notes) = ComparisonRequest.Clip([64, 512, 2048], maxPositions: 200, maxTokens: 20);
        Assert.Equal([64, 180], contexts);
        Assert.Equal(2, notes.Count);
        Assert.StartsWith("context 512: cut to 180", notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_way_s_passes_commit_its_text_and_say_what_was_guessed()
    {
        IReadOnlyList<ShownText> shown = _scene.Runner(ComparisonScene.Request).Show();
        Assert.Equal(ComparisonScene.Request.Selection.Ways, shown.Select(static s => s.Way));
        Assert.Equal(["4", "5"], shown[0].Prompt);
        foreach (ShownText text in shown)
        {
            Assert.Equal(text.Text, string.Join(' ', text.Passes.SelectMany(static p => p.Committed)));
            Assert.Equal(text.Passes.Count, text.Passes[^1].Number);
            Assert.Equal(ComparisonScene.MaxTokens, text.Tokens);
        }

        ShownText fused = shown.Single(static s => s.Way.Name == "fused");
        foreach ((ShownPass before, ShownPass pass) in fused.Passes.Zip(fused.Passes.Skip(1)).SkipLast(1))
        {
            Assert.Equal(before.Drafted, [.. pass.Said, .. pass.Accepted, .. pass.Rejected]);
            Assert.Equal(pass.Correction, pass.Drafted[0]);
        }
    }

    [Fact]
    public void A_text_that_is_not_AR_s_is_said_to_differ_and_where()
    {
        RoundMeasurement round = Assert.Single(_scene.Runner(ComparisonScene.Request with { Repetitions = 1 }).Run()).Reference.Middle;
        DecodingWay fused = DecodingWays.All.Single(static w => w.Name == "fused");
        WayResult reference = new(DecodingWays.Reference, [round], [round], null), same = new(fused, [round], [round], null), other = new(fused, [round], [round], (1, 2));
        Assert.Equal("= AR", ComparisonTable.Row(same)[1]);
        Assert.Equal("differs (text 2, token 3)", ComparisonTable.Row(other)[1]);
        SettingResult setting = new(new ComparisonSetting(1, null), 3, default, [reference, other]);
        Assert.Contains("NOT AR's text: fused", ComparisonTable.Summary(setting), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_to_stop_ends_it_between_two_passes()
    {
        using CancellationTokenSource stop = new();
        ComparisonRunner runner = _scene.Runner(ComparisonScene.Request, stop.Token);
        Assert.Throws<OperationCanceledException>(() => runner.Run(done =>
        {
            Assert.True(done <= 2);
            if (done == 2)
                stop.Cancel();
        }));
    }

    // TiDAR's slot 0 is decided, not guessed.
    private static long Guesses(GenerationResult result, ReadOnlySpan<long> slots)
    {
        long sum = 0;
        for (int i = result.Strategy == StrategyKind.Tidar ? 1 : 0; i < slots.Length; i++)
            sum += slots[i];
        return sum;
    }
}
