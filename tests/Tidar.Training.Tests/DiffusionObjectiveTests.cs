using Tidar.Kernels.Threading;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;

namespace Tidar.Training.Tests;

/// <summary>Block diffusion and masked diffusion: what rows see, what they are scored on, and that gradients are slopes of the loss.</summary>
public sealed class DiffusionObjectiveTests
{
    private const int Mask = 39;
    private const int Block = 4;

    // Six prompt tokens, then seven targets: the grid's second block holds both.
    private static readonly TokenSequence Document = new(
        [.. Enumerable.Range(0, 13).Select(i => (7 * i) % 38)], [.. Enumerable.Range(0, 13).Select(i => i >= 6)], MaskSampler.Draw(13, Block, 3));

    [Fact]
    public void Clean_blocks_of_block_diffusion_see_themselves_in_both_directions_and_have_no_loss()
    {
        TrainingBatch batch = new TidarLayout(TrainingObjective.BlockDiffusion, Block, Mask).Build([Document]);
        Assert.Equal([4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 13], Enumerable.Range(0, 13).Select(p => batch.AttentionRows[p].PrefixLength));
        Assert.All(batch.Targets, t => Assert.True(t.IsDiffusion));
        Assert.Equal(0, batch.AutoregressiveTargets);
        Assert.Equal(7, batch.DiffusionTargets);

        // Blocks 1 … 3 have rows; of block 1 the prompt's two tokens are shown.
        Assert.Equal(12, batch.MaskRows);
        Assert.Equal(Document.Tokens[4], batch.Tokens[13]);
        Assert.Equal(Document.Tokens[5], batch.Tokens[14]);
    }

    [Fact]
    public void Masked_diffusion_has_no_clean_rows_and_shows_the_prompt()
    {
        TokenSequence document = Document with { Masking = MaskSampler.Draw(13, 13, 5) };
        TrainingBatch batch = new TidarLayout(TrainingObjective.MaskedDiffusion, Block, Mask).Build([document, document]);
        Assert.Equal(0, batch.CleanRows);
        Assert.Equal(26, batch.MaskRows);
        Assert.Equal(26, batch.TextTokens);
        for (int row = 0; row < 26; row++)
        {
            AttentionRowsSee(batch, row);
            int p = row % 13;
            bool shown = p < 6 || document.Masking.Visible[p];
            Assert.Equal(shown ? document.Tokens[p] : Mask, batch.Tokens[row]);
            Assert.Equal(!shown, batch.Targets.Any(t => t.Row == row));
        }

        Assert.All(batch.Targets, t => Assert.Equal((float)(1 / document.Masking.Rates[0]), t.Weight));

        static void AttentionRowsSee(TrainingBatch batch, int row)
        {
            Assert.Equal(0, batch.AttentionRows[row].PrefixLength);
            Assert.Equal(row < 13 ? 0 : 13, batch.AttentionRows[row].SpanStart);
            Assert.Equal(13, batch.AttentionRows[row].SpanLength);
        }
    }

    [Theory]
    [InlineData(TrainingObjective.BlockDiffusion)]
    [InlineData(TrainingObjective.MaskedDiffusion)]
    public void A_step_along_the_gradient_changes_the_loss_by_its_slope(TrainingObjective objective)
    {
        ModelConfig config = RandomModel.Config(ModelArchitecture.Qwen3, vocabulary: 40) with { Tidar = null };
        using Checkpoint checkpoint = Checkpoint.InMemory(config, [.. RandomModel.Tensors(config, seed: 3)]);
        using WorkerTeam team = new(2);
        using ParameterSet parameters = new(config);
        parameters.Load(checkpoint);
        using TrainableDecoder decoder = new(team, parameters);
        decoder.Refresh();
        TidarLayout layout = new(objective, Block, Mask);
        TokenSequence document = Document with { Masking = MaskSampler.Draw(13, layout.BlockLength(Document), 5) };
        TrainingBatch batch = layout.Build([document, document]);
        LossWeights weights = LossWeights.For(objective, 1, batch.AutoregressiveTargets, batch.DiffusionTargets);
        decoder.AddGradients(batch, weights);
        Slopes.AssertMatch(parameters, parameters.All, p => parameters.Gradients(p.Slice).ToArray(), Loss, step: 1e-2, relative: 0.01, absolute: 5e-4, shortest: 0);

        double Loss()
        {
            decoder.Refresh();
            return weights.Total(decoder.Evaluate(batch));
        }
    }
}
