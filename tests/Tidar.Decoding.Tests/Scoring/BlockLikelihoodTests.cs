using Tidar.Decoding.Engine;
using Tidar.Decoding.Scoring;
using Tidar.Models;

namespace Tidar.Decoding.Tests.Scoring;

/// <summary>The likelihood of block diffusion against the expectation over all masks of every block, computed by its definition.</summary>
public sealed class BlockLikelihoodTests
{
    private const int Block = 4;

    // As in MaskedLikelihoodTests: one false alarm in 1.7 million.
    private const double StandardErrors = 5;

    private static readonly LikelihoodOptions Options = new() { Method = StrategyKind.BlockDiffusion, Samples = 512 };

    [Theory]
    [InlineData(true, 4, 8)]
    [InlineData(true, 6, 9)]
    [InlineData(true, 0, 3)]
    [InlineData(false, 5, 10)]
    [InlineData(false, 8, 4)]
    public void The_estimate_is_within_its_error_of_the_expectation_over_all_masks_of_every_block(bool onGrid, int prompt, int length)
    {
        using LikelihoodScene scene = LikelihoodScene.Blocks(Block, onGrid);
        int[] text = LikelihoodScene.Text(prompt + length);
        (double exact, double oneStep, int blocks, int exactBlocks) = Define(scene, text, prompt, onGrid);
        Likelihood found = scene.Score(text[..prompt], text[prompt..], Options);
        Assert.Equal(StrategyKind.BlockDiffusion, found.Method);
        Assert.InRange(found.Value - exact, -StandardErrors * found.StandardError!.Value, StandardErrors * found.StandardError.Value);
        Assert.InRange(found.StandardError.Value, 1e-6, 0.1 * Math.Abs(exact));
        Assert.Equal(oneStep, found.OneStep!.Value, 3);

        // Clean tokens once, where a block has any before it; every sample once; masks only once. A block of one unknown token needs no samples.
        bool cached = blocks > 1 || (onGrid ? prompt >= Block : prompt > 0);
        Assert.Equal(((blocks - exactBlocks) * 513) + exactBlocks + (cached ? 1 : 0), found.Passes);
        Assert.Equal((length, 512), (found.Tokens, found.Samples));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_seed_gives_one_number_at_any_number_of_threads_and_rows_a_pass(bool onGrid)
    {
        int[] text = LikelihoodScene.Text(17);
        Likelihood[] found = [.. new[] { (1, 256), (2, 1), (3, 20), (2, 1000) }.Select(run =>
        {
            using LikelihoodScene scene = LikelihoodScene.Blocks(Block, onGrid, run.Item1);
            return scene.Score(text[..6], text[6..], Options with { Samples = 20, RowsPerPass = run.Item2 }, seed: 9);
        })];
        Assert.All(found, f => Assert.Equal(found[0], f));
        using LikelihoodScene other = LikelihoodScene.Blocks(Block, onGrid);
        Assert.NotEqual(found[0].Value, other.Score(text[..6], text[6..], Options with { Samples = 20 }, seed: 10).Value);
    }

    // A single mask behind a clean prefix sees what a causal row sees: a block of one is as a chain of causal predictions made at a mask instead of the token before.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Blocks_of_one_are_the_exact_chain_of_causal_masks_bit_for_bit(bool onGrid)
    {
        using LikelihoodScene scene = LikelihoodScene.Blocks(1, onGrid);
        int[] text = LikelihoodScene.Text(12);
        Likelihood found = scene.Score(text[..3], text[3..], Options);
        SequenceScorer causal = new(scene.Model);
        double sum = 0;
        for (int p = 3; p < text.Length; p++)
            sum += LogProbability(causal.LastLogits([.. text[..p], LikelihoodScene.Mask]), text[p]);
        Assert.Equal(sum, found.Value, 4);
        Assert.Equal((found.Value, 0.0, 1, 10), (found.OneStep!.Value, found.StandardError!.Value, found.Samples, found.Passes));

        // Known tokens of blocks of one are causal on the grid too.
        using LikelihoodScene other = LikelihoodScene.Blocks(1, !onGrid);
        Assert.Equal(found, other.Score(text[..3], text[3..], Options));
    }

    [Fact]
    public void Blocks_of_one_are_the_autoregressive_likelihood_where_a_mask_predicts_what_the_token_before_does()
    {
        // The formula model's first mask guesses by the very formula of its causal rows.
        FormulaModel model = FormulaModel.Hashed(20, 1);
        int[] text = [.. Enumerable.Range(0, 30).Select(i => i * i % 19)];
        Likelihood Score(LikelihoodOptions options) => new LikelihoodScorer(model, new LikelihoodPlan(options, model.Config)).Score(text.AsSpan(0, 2), text.AsSpan(2));
        Likelihood ar = Score(new LikelihoodOptions()), blocks = Score(Options with { BlockLength = 1 });
        Assert.Equal(StrategyKind.Autoregressive, ar.Method);
        Assert.Equal(ar.Value, blocks.Value);
        Assert.Equal((1, 0, 0.0), (ar.Passes, ar.Samples, ar.StandardError!.Value));
        Assert.Equal(new SequenceScorer(model).Score(text).LogProbabilities.Skip(2).Sum(p => p!.Value), ar.Value);
        Assert.NotEqual(ar.Value, Score(Options with { BlockLength = 4 }).Value);
    }

    [Fact]
    public void A_block_as_long_as_the_text_is_masked_diffusion()
    {
        using LikelihoodScene scene = LikelihoodScene.Blocks(12, onGrid: true);
        int[] text = LikelihoodScene.Text(12);
        Likelihood block = scene.Score(text[..5], text[5..], Options), masked = scene.Score(text[..5], text[5..], Options with { Method = StrategyKind.MaskedDiffusion });
        Assert.Equal((masked.Value, masked.StandardError, masked.Samples), (block.Value, block.StandardError, block.Samples));
        Assert.Equal(masked.Passes + 1, block.Passes);
    }

    [Theory]
    [InlineData(0, 0, "block length: expected 1 to 64 (the model's context), found 0")]
    [InlineData(65, 0, "block length: expected 1 to 64 (the model's context), found 65")]
    [InlineData(4, 1, "guidance: expected masked-diffusion, which alone has it, found block-diffusion")]
    public void Options_that_cannot_be_are_refused_by_name(int blockLength, double guidance, string message)
    {
        using LikelihoodScene scene = LikelihoodScene.Blocks(Block, onGrid: true);
        LikelihoodOptions options = Options with { BlockLength = blockLength, Guidance = guidance };
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => new LikelihoodPlan(options, scene.Model.Config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_block_may_reach_past_the_context()
    {
        using LikelihoodScene scene = LikelihoodScene.Blocks(Block, onGrid: false);
        int[] text = LikelihoodScene.Text(64);
        (double exact, _, _, _) = Define(scene, text, prompt: 57, onGrid: false);
        Likelihood found = scene.Score(text[..57], text[57..], Options);
        Assert.InRange(found.Value - exact, -StandardErrors * found.StandardError!.Value, StandardErrors * found.StandardError.Value);
    }

    // The chain over blocks: expectation of every block behind the clean tokens before it, and all of its masks in one step.
    private static (double Exact, double OneStep, int Blocks, int ExactBlocks) Define(LikelihoodScene scene, int[] text, int prompt, bool onGrid)
    {
        double exact = 0, oneStep = 0;
        int blocks = 0, exactBlocks = 0;
        for (int start = onGrid ? prompt / Block * Block : prompt; start < text.Length; start += Block, blocks++)
        {
            int[] block = [.. text[start..Math.Min(text.Length, start + Block)]];
            int[] unknown = [.. Enumerable.Range(0, block.Length).Where(i => start + i >= prompt)];
            block = [.. block, .. Enumerable.Repeat(LikelihoodScene.Mask, Block - block.Length)];
            exact += scene.Expect(text[..start], block, unknown, onGrid ? Block : 1);
            oneStep += scene.SumOf(text[..start], block, unknown, onGrid ? Block : 1);
            exactBlocks += unknown.Length == 1 ? 1 : 0;
        }

        return (exact, oneStep, blocks, exactBlocks);
    }

    private static double LogProbability(float[] logits, int token) => logits[token] - logits.Max() - Math.Log(logits.Sum(l => Math.Exp(l - logits.Max())));
}
