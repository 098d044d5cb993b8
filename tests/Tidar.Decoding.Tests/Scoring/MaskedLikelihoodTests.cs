using Tidar.Decoding.Engine;
using Tidar.Decoding.Scoring;
using Tidar.Models;

namespace Tidar.Decoding.Tests.Scoring;

/// <summary>The likelihood of masked diffusion against the expectation over all masks, computed by its definition.</summary>
public sealed class MaskedLikelihoodTests
{
    // Of a correct estimate with so many groups, one in 1.7 million lies farther off; seeds are fixed, so a test that passes keeps passing.
    private const double StandardErrors = 5;

    private static readonly int[] Prompt = LikelihoodScene.Text(5);
    private static readonly int[] Completion = LikelihoodScene.Text(4, seed: 3);

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1.5)]
    [InlineData(true, 0)]
    public void The_estimate_is_within_its_error_of_the_expectation_over_all_masks(bool shifted, double guidance)
    {
        using LikelihoodScene scene = LikelihoodScene.Masked(shifted);
        double exact = Expect(scene, Prompt, Completion, guidance);
        Likelihood found = scene.Score(Prompt, Completion, new LikelihoodOptions { Samples = 2048, Guidance = guidance });
        Assert.Equal(StrategyKind.MaskedDiffusion, found.Method);
        Assert.InRange(found.Value - exact, -StandardErrors * found.StandardError!.Value, StandardErrors * found.StandardError.Value);
        Assert.InRange(found.StandardError.Value, 1e-6, 0.1 * Math.Abs(exact));
        Assert.Equal((4, 2048, guidance == 0 ? 2048 : 4096), (found.Tokens, found.Samples, found.Passes));
        Assert.Null(found.OneStep);
    }

    [Fact]
    public void Few_samples_are_unbiased_and_their_error_is_what_they_are_off_by()
    {
        using LikelihoodScene scene = LikelihoodScene.Masked();
        const int Seeds = 300;
        double exact = Expect(scene, Prompt, Completion, guidance: 0);
        LikelihoodOptions options = new() { Samples = 11 };
        LikelihoodScorer scorer = new(scene.Model, new LikelihoodPlan(options, scene.Model.Config));
        Likelihood[] all = [.. Enumerable.Range(0, Seeds).Select(seed => scorer.Score(Prompt, Completion, seed))];
        double mean = all.Average(l => l.Value), variance = all.Sum(l => (l.Value - exact) * (l.Value - exact)) / Seeds;
        Assert.InRange(mean - exact, -StandardErrors * Math.Sqrt(variance / Seeds), StandardErrors * Math.Sqrt(variance / Seeds));

        // The mean of 300 variances of 7 degrees of freedom over another of 300 has a spread of 9 %; a correct one is off by half in less than one case of a million.
        Assert.InRange(all.Average(l => l.StandardError!.Value * l.StandardError.Value) / variance, 0.5, 1.5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_seed_gives_one_number_at_any_number_of_threads_and_rows_a_pass(double guidance)
    {
        LikelihoodOptions options = new() { Samples = 20, Guidance = guidance };
        Likelihood[] found = [.. new[] { (1, 256), (2, 1), (3, 20), (2, 1000) }.Select(run =>
        {
            using LikelihoodScene scene = LikelihoodScene.Masked(threads: run.Item1);
            return scene.Score(Prompt, Completion, options with { RowsPerPass = run.Item2 }, seed: 9);
        })];
        Assert.All(found, f => Assert.Equal(found[0], f));
        using LikelihoodScene other = LikelihoodScene.Masked();
        Assert.NotEqual(found[0].Value, other.Score(Prompt, Completion, options, seed: 10).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_single_token_is_exact_in_one_pass_and_its_probabilities_sum_to_one(bool shifted)
    {
        using LikelihoodScene scene = LikelihoodScene.Masked(shifted);
        double sum = 0;
        for (int token = 0; token < LikelihoodScene.Mask; token++)
        {
            Likelihood found = scene.Score(Prompt, [token], new LikelihoodOptions());
            Assert.Equal((0.0, 1, 1), (found.StandardError!.Value, found.Samples, found.Passes));
            sum += Math.Exp(found.Value);
        }

        // The rest is the mask token's, which LLaDA's own code leaves in too.
        int[] text = [.. Prompt, LikelihoodScene.Mask];
        sum += Math.Exp(scene.SumOf([], text, [5], 1));
        Assert.Equal(1, sum, 5);
    }

    [Fact]
    public void Without_a_prompt_the_whole_text_is_estimated()
    {
        using LikelihoodScene scene = LikelihoodScene.Masked(shifted: true);
        double exact = Expect(scene, [], Completion, guidance: 0);
        Likelihood found = scene.Score([], Completion, new LikelihoodOptions { Samples = 1024 });
        Assert.InRange(found.Value - exact, -StandardErrors * found.StandardError!.Value, StandardErrors * found.StandardError.Value);
    }

    [Fact]
    public void Perplexity_takes_every_window_on_its_own_behind_its_first_token()
    {
        using LikelihoodScene scene = LikelihoodScene.Masked();
        int[] text = LikelihoodScene.Text(13);
        LikelihoodOptions options = new() { Samples = 16 };
        PerplexityScore score = new LikelihoodScorer(scene.Model, new LikelihoodPlan(options, scene.Model.Config)).Perplexity(text, 6, seed: 4);
        Likelihood[] parts = [scene.Score([text[0]], text[1..6], options, 4), scene.Score([text[6]], text[7..12], options, 5)];
        Assert.Equal((13, 10, 3, 16, 32), (score.Tokens, score.Predicted, score.Windows, score.Samples, score.Passes));
        Assert.Equal(-parts.Sum(p => p.Value) / 10, score.NegativeLogLikelihood, 12);
        Assert.Equal(Math.Sqrt(parts.Sum(p => p.StandardError!.Value * p.StandardError.Value)) / 10, score.StandardError!.Value, 12);
        Assert.Null(new LikelihoodScorer(scene.Model, new LikelihoodPlan(options with { Samples = 1 }, scene.Model.Config)).Perplexity(text, 6).StandardError);
    }

    [Theory]
    [InlineData("samples: expected at least 1, found 0", 0, 0, null)]
    [InlineData("guidance: expected a number from 0, found -1", 1, -1, null)]
    [InlineData("block length: expected block-diffusion, which alone has blocks, found masked-diffusion", 1, 0, 4)]
    public void Options_that_cannot_be_are_refused_by_name(string message, int samples, double guidance, int? blockLength)
    {
        using LikelihoodScene scene = LikelihoodScene.Masked();
        LikelihoodOptions options = new() { Samples = samples, Guidance = guidance, BlockLength = blockLength };
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => new LikelihoodPlan(options, scene.Model.Config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_cannot_be_scored_are_refused_by_name()
    {
        using LikelihoodScene scene = LikelihoodScene.Masked();
        string Mistake(int[] prompt, int[] completion) =>
            Assert.Throws<InvalidInputException>(() => scene.Score(prompt, completion, new LikelihoodOptions())).Message;
        Assert.Contains("completion: expected at least one token, found none", Mistake([1], []), StringComparison.Ordinal);
        Assert.Contains("completion: expected text without the mask token, found 39", Mistake([1], [2, LikelihoodScene.Mask]), StringComparison.Ordinal);
        Assert.Contains("prompt: expected text without the mask token, found 39", Mistake([LikelihoodScene.Mask], [2]), StringComparison.Ordinal);
        Assert.Contains("prompt: expected ids from 0 to 39, found 40", Mistake([40], [2]), StringComparison.Ordinal);
        Assert.Contains("length: expected at most 64 tokens (the model's context), found 65", Mistake(new int[60], new int[5]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_mask_token_has_no_diffusion_s_likelihood_and_one_trained_otherwise_is_noted()
    {
        using LikelihoodScene plain = new(null), masked = LikelihoodScene.Masked(shifted: true), tidar = LikelihoodScene.Blocks(4, onGrid: false);
        LikelihoodOptions Of(StrategyKind method) => new() { Method = method };
        foreach (StrategyKind method in new[] { StrategyKind.MaskedDiffusion, StrategyKind.BlockDiffusion })
            Assert.Contains("expected a model with a mask token", Assert.Throws<InvalidInputException>(() => new LikelihoodPlan(Of(method), plain.Model.Config)).Message, StringComparison.Ordinal);
        Assert.Contains("rows predict their own", Assert.Throws<InvalidInputException>(() => new LikelihoodPlan(Of(StrategyKind.BlockDiffusion), masked.Model.Config)).Message, StringComparison.Ordinal);
        Assert.Empty(new LikelihoodPlan(Of(StrategyKind.Auto), masked.Model.Config).Warnings);
        Assert.Empty(new LikelihoodPlan(Of(StrategyKind.BlockDiffusion), tidar.Model.Config).Warnings);
        Assert.Single(new LikelihoodPlan(Of(StrategyKind.MaskedDiffusion), tidar.Model.Config).Warnings);
        Assert.Single(new LikelihoodPlan(Of(StrategyKind.Autoregressive), masked.Model.Config).Warnings);
    }

    private static double Expect(LikelihoodScene scene, int[] prompt, int[] completion, double guidance)
    {
        int[] text = [.. prompt, .. completion], unknown = [.. Enumerable.Range(prompt.Length, completion.Length)];
        return guidance == 0 ? scene.Expect([], text, unknown, 1) : scene.Expect([], text, unknown, 1, (_, shown) =>
        {
            int[] promptless = [.. Enumerable.Repeat(LikelihoodScene.Mask, prompt.Length), .. shown[prompt.Length..]];
            double[][] with = scene.Pass([], shown, 1), without = scene.Pass([], promptless, 1);
            return [.. with.Zip(without, (a, b) => a.Zip(b, (x, y) => y + ((guidance + 1) * (x - y))).ToArray())];
        });
    }
}
