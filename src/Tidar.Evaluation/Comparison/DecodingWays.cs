using Tidar.Decoding.Engine;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Models.Configuration;

namespace Tidar.Evaluation.Comparison;

/// <summary>All ways to decode that are compared. A new one is a line in <see cref="All"/>.</summary>
public static class DecodingWays
{
    private const string Blocks = "block-diffusion";

    // With K + K² rows of K = 8 about as many as are free on a processor with tiles; and about as many as a few rows cost without.
    private const int FusedBranchRows = 200;
    private const int BranchRows = 16;

    /// <summary>The way that all others are compared with.</summary>
    public static DecodingWay Reference { get; } =
        new("ar", "one token a pass", static (o, _) => Plain(o, StrategyKind.Autoregressive));

    /// <summary>The way whose verifications tell which outcomes are likely: its drafts know all text before them.</summary>
    public static DecodingWay Sample { get; } =
        new("two-pass", "TiDAR, verifying and drafting in passes of their own", static (o, _) => Tidar(o, TidarMode.TwoPass)) { Suits = Drafts };

    /// <summary>Every way, the reference first.</summary>
    public static IReadOnlyList<DecodingWay> All { get; } =
    [
        Reference,
        new("fused", "TiDAR, every outcome drafted in the verifying pass", static (o, _) => Tidar(o, TidarMode.Fused)) { Suits = Drafts },
        Sample,
        new("sparse", "TiDAR, outcome K drafted in the verifying pass", static (o, m) => Sparse(o, [m.DraftLength])) { Suits = Drafts },
        new("sparse-likely", "TiDAR, the two likeliest outcomes drafted in the verifying pass", static (o, m) => Sparse(o, [.. m.LikelyOutcomes.Take(2).Order()])) { Suits = Drafts },
        new("fused-branches", $"TiDAR, every outcome drafted beforehand, {FusedBranchRows} rows for alternatives and the blocks behind them", static (o, _) => Tidar(o, TidarMode.Fused) with { Branches = FusedBranchRows })
            { Suits = Drafts },
        new("two-pass-branches", $"TiDAR in two passes, {BranchRows} rows for alternatives", static (o, _) => Tidar(o, TidarMode.TwoPass) with { Branches = BranchRows }) { Suits = Drafts },
        new("auto", "TiDAR, the planner chooses every step", static (o, _) => Tidar(o, TidarMode.Auto)) { Suits = Drafts },
        new("prompt-lookup", "drafts are what followed the text's last tokens before", static (o, _) => Plain(o, StrategyKind.PromptLookup)) { Suits = Drafts },
        new("draft-model", "a second model drafts", static (o, _) => Plain(o, StrategyKind.DraftModel)) { NeedsDraftModel = true },
        new($"{Blocks}-0.9", "blocks, tokens decided that are 90 % certain", static (o, _) => Denoised(o, StrategyKind.BlockDiffusion) with { Denoising = new() { Threshold = 0.9 } })
            { Suits = DiffusesBlocks, HasOwnText = true },
        new($"{Blocks}-1", "blocks, 1 token a pass", static (o, m) => BlockDiffusion(o, m, tokens: 1)) { Suits = DiffusesBlocks, HasOwnText = true },
        new($"{Blocks}-2", "blocks, 2 tokens a pass", static (o, m) => BlockDiffusion(o, m, tokens: 2)) { Suits = DiffusesBlocks, HasOwnText = true },
        new($"{Blocks}-4", "blocks, 4 tokens a pass", static (o, m) => BlockDiffusion(o, m, tokens: 4)) { Suits = DiffusesBlocks, HasOwnText = true },
        new("masked-diffusion", "the whole answer, 1 token a pass", static (o, _) => Denoised(o, StrategyKind.MaskedDiffusion))
            { Suits = static c => c.Diffusion is { Kind: DiffusionKind.Masked }, HasOwnText = true },
    ];

    private static bool Drafts(ModelConfig config) => config.Diffusion is null;

    private static bool DiffusesBlocks(ModelConfig config) => config.Diffusion is { Kind: DiffusionKind.Block } || (config.Diffusion is null && config.Tidar is not null);

    // A draft length is TiDAR's; the others have their own.
    private static GenerationOptions Plain(GenerationOptions options, StrategyKind strategy) =>
        options with { Strategy = strategy, Mode = TidarMode.Auto, Outcomes = null, Branches = null, Beta = 1, DraftLength = null };

    private static GenerationOptions Tidar(GenerationOptions options, TidarMode mode) => options with { Strategy = StrategyKind.Tidar, Mode = mode, Outcomes = null };

    private static GenerationOptions Sparse(GenerationOptions options, IReadOnlyList<int> outcomes) => Tidar(options, TidarMode.Sparse) with { Outcomes = outcomes };

    private static GenerationOptions Denoised(GenerationOptions options, StrategyKind strategy) => options with { Strategy = strategy, Denoising = new DenoisingOptions() };

    // As many steps as take that number of tokens each; an answer shorter than a block has no more steps than tokens.
    private static GenerationOptions BlockDiffusion(GenerationOptions options, WayModel model, int tokens)
    {
        int length = Math.Min(model.Config.Diffusion?.BlockLength ?? model.DraftLength, options.MaxTokens);
        int blocks = (options.MaxTokens + length - 1) / length;
        return Denoised(options, StrategyKind.BlockDiffusion) with
        {
            Denoising = new DenoisingOptions { BlockLength = length, Steps = Math.Min(options.MaxTokens / blocks, (length + tokens - 1) / tokens) * blocks },
        };
    }
}
