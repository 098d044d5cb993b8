using Tidar.Decoding.Engine;
using Tidar.Evaluation.Comparison;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Tests;

namespace Tidar.Evaluation.Tests.Comparison;

/// <summary>Which ways are compared on which model.</summary>
public sealed class WaySelectionTests
{
    private static readonly GenerationOptions Options = new() { MaxTokens = 100 };

    [Fact]
    public void The_ways_are()
    {
        Assert.Equal(
            ["ar", "fused", "two-pass", "sparse", "sparse-likely", "fused-branches", "two-pass-branches", "auto", "prompt-lookup", "draft-model", "block-diffusion-0.9", "block-diffusion-1", "block-diffusion-2", "block-diffusion-4", "masked-diffusion"],
            DecodingWays.All.Select(static w => w.Name));
        Assert.Same(DecodingWays.Reference, DecodingWays.All[0]);
    }

    [Fact]
    public void A_model_is_compared_in_every_way_that_suits_it()
    {
        ModelConfig tidar = RandomModel.Config(), plain = tidar with { Tidar = null };
        Assert.Equal(DecodingWays.All.SkipLast(1).Where(static w => !w.NeedsDraftModel), WaySelection.Of(null, Options, tidar).Ways);
        Assert.Equal(DecodingWays.All.SkipLast(1), WaySelection.Of(null, Options, tidar, draft: true).Ways);
        WaySelection left = WaySelection.Of(null, Options, plain);
        Assert.Equal(["ar", "prompt-lookup"], Names(left));
        Assert.Equal(["fused", "two-pass", "sparse", "sparse-likely", "fused-branches", "two-pass-branches", "auto"], left.LeftOut.Select(static l => l.Name));
        Assert.All(left.LeftOut, static l => Assert.Contains("expected a model trained with TiDAR", l.Reason, StringComparison.Ordinal));
        Assert.Equal(["ar", "fused", "two-pass", "sparse", "sparse-likely", "fused-branches", "two-pass-branches", "auto", "prompt-lookup"], Names(WaySelection.Of(null, Options with { MaskTokenId = 7 }, plain)));
        Assert.Equal(
            ["ar", "block-diffusion-0.9", "block-diffusion-1", "block-diffusion-2", "block-diffusion-4"],
            Names(WaySelection.Of(null, Options, plain with { Diffusion = new DiffusionConfig(DiffusionKind.Block, 8, 60) })));
        Assert.Equal(["ar", "masked-diffusion"], Names(WaySelection.Of(null, Options, plain with { Diffusion = new DiffusionConfig(DiffusionKind.Masked, 0, 60) })));
    }

    [Fact]
    public void Names_select_ways_and_groups_of_ways_and_AR_is_always_there()
    {
        ModelConfig config = RandomModel.Config();
        Assert.Equal(["ar", "two-pass", "sparse"], Names(WaySelection.Of(["sparse", "two-pass", "sparse"], Options, config)));
        Assert.Equal(["ar", "block-diffusion-0.9", "block-diffusion-1", "block-diffusion-2", "block-diffusion-4"], Names(WaySelection.Of(["block-diffusion"], Options, config)));
    }

    [Theory]
    [InlineData("guess", "strategies: expected some of ar, fused, two-pass")]
    [InlineData("", "found an empty name")]
    [InlineData("fused", "strategies: fused: expected a way that the model can decode")]
    [InlineData("draft-model", "strategies: draft-model: expected a draft model")]
    [InlineData("block-diffusion-2", "strategies: block-diffusion-2: expected a way that the model can decode")]
    public void What_cannot_be_done_is_one_line(string name, string part)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => WaySelection.Of([name], Options, RandomModel.Config() with { Tidar = null }));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shared_options_are_no_reason_to_leave_ways_out()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => WaySelection.Of(null, Options with { MaxTokens = 0 }, RandomModel.Config()));
        Assert.Contains("max tokens", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(100)]
    public void Every_way_fits_answers_of_any_length(int maxTokens) =>
        Assert.Empty(WaySelection.Of(null, new GenerationOptions { MaxTokens = maxTokens }, RandomModel.Config()).LeftOut);

    private static IEnumerable<string> Names(WaySelection selection) => selection.Ways.Select(static w => w.Name);
}
