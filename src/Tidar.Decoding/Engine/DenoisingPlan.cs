using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Models;
using Tidar.Models.Configuration;

namespace Tidar.Decoding.Engine;

/// <summary>Denoising options resolved against a model.</summary>
internal sealed class DenoisingPlan
{
    private const string Source = "decoding options";

    private readonly GenerationOptions _options;
    private readonly ModelConfig _config;
    private readonly StrategyKind _strategy;
    private readonly int _maskToken;

    /// <summary>Resolves and checks.</summary>
    /// <param name="options">The options.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="strategy">Block or masked diffusion.</param>
    /// <param name="maskToken">The mask token, or null where nobody named one.</param>
    /// <param name="warnings">Receives what the user should know.</param>
    /// <exception cref="InvalidInputException">An option is out of its range or does not fit the model.</exception>
    public DenoisingPlan(GenerationOptions options, ModelConfig config, StrategyKind strategy, int? maskToken, List<string> warnings)
    {
        (_options, _config, _strategy) = (options, config, strategy);
        _maskToken = maskToken ?? throw new InvalidInputException(Source, "strategy", "a model with a mask token (adapters have none), or a mask token", DecodingNames.Of(strategy));
        DenoisingOptions denoising = options.Denoising;
        int length = options.MaxTokens;
        Require(denoising.BlockLength is null || (denoising.BlockLength >= 1 && denoising.BlockLength <= length), "block length", $"1 to {length} (the most tokens of the answer)", denoising.BlockLength);
        Require(length % BlockLength(length) == 0 || strategy == StrategyKind.BlockDiffusion, "block length", $"a divisor of {length} (the most tokens of the answer)", denoising.BlockLength);

        // Dream's schedule has steps that decide nothing, so there may be more of them than tokens.
        int mostSteps = config.Diffusion is { ShiftedLogits: true } ? int.MaxValue : length;
        Require(denoising.Steps is null || (denoising.Steps >= 1 && denoising.Steps <= mostSteps), "steps", $"1 to {mostSteps} (the most tokens of the answer)", denoising.Steps);
        Require(denoising.LastLevel is > 0 and < 1, "last level", "a number between 0 and 1", denoising.LastLevel);
        int blocks = (length + BlockLength(length) - 1) / BlockLength(length);
        Require(denoising.Steps is null || denoising.Steps % blocks == 0, "steps", $"a multiple of the answer's {blocks} blocks", denoising.Steps);
        Require(denoising.Threshold is null or (>= 0 and <= 1), "threshold", "a number from 0 to 1", denoising.Threshold);
        Require(double.IsFinite(denoising.Guidance) && denoising.Guidance >= 0, "guidance", "a number from 0", denoising.Guidance);
        Require(denoising.Guidance == 0 || strategy == StrategyKind.MaskedDiffusion, "guidance", "strategy masked-diffusion, which alone has it", DecodingNames.Of(strategy));
        Require(options.LogProbabilities is null, "logprobs", "none: a token decided among others has no probability of its own", options.LogProbabilities);
        if (!IsTrainedFor(strategy, config))
            warnings.Add($"the model was not trained for {DecodingNames.Of(strategy)}: its text means little");
    }

    /// <summary>The strategy of models trained for a kind of diffusion.</summary>
    public static StrategyKind StrategyOf(DiffusionKind kind) => kind == DiffusionKind.Block ? StrategyKind.BlockDiffusion : StrategyKind.MaskedDiffusion;

    /// <summary>Whether a model's training has prepared it for block or masked diffusion; TiDAR's has for blocks.</summary>
    public static bool IsTrainedFor(StrategyKind strategy, ModelConfig config) =>
        (config.Diffusion is { } diffusion && StrategyOf(diffusion.Kind) == strategy) || (config.Tidar is not null && strategy == StrategyKind.BlockDiffusion);

    /// <summary>Tokens of a block of block diffusion, where nobody says.</summary>
    public static int BlockLengthOf(ModelConfig config) => config.Diffusion?.BlockLength ?? config.Tidar?.DraftLength ?? DecodingPlan.DefaultDraftLength;

    /// <summary>Creates the strategy of a sequence.</summary>
    public IDecodingStrategy CreateStrategy(TokenSequence sequence) => CreateStrategy(sequence, new SeededChooser(sequence.Sampler, _options.Sampling.Seed));

    /// <summary>Creates it with another source of chance.</summary>
    internal IDecodingStrategy CreateStrategy(TokenSequence sequence, ITokenChooser chooser)
    {
        int length = Math.Min(_options.MaxTokens, sequence.ContextLength - sequence.PromptLength);
        bool shifted = _config.Diffusion?.ShiftedLogits ?? false;
        DenoisingSettings settings = new(
            _maskToken,
            Math.Min(length, BlockLength(length)),
            length,
            _options.Denoising.Steps ?? length,
            _options.Denoising.LastLevel,
            _options.Denoising.Order,
            _options.Denoising.Threshold,
            _options.Denoising.Guidance,
            shifted,
            OnGrid: _config.Diffusion is { Kind: DiffusionKind.Block });
        return _strategy == StrategyKind.BlockDiffusion
            ? new BlockDiffusionStrategy(sequence, settings, chooser, _config.VocabularySize)
            : new MaskedDiffusionStrategy(sequence, settings, chooser, _config.VocabularySize);
    }

    private int BlockLength(int length) =>
        _options.Denoising.BlockLength ?? (_strategy == StrategyKind.MaskedDiffusion ? length : BlockLengthOf(_config));

    private static void Require(bool holds, string field, string expected, object? found)
    {
        if (!holds)
            throw new InvalidInputException(Source, field, expected, $"{found}");
    }
}
