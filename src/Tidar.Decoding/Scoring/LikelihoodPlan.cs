using Tidar.Decoding.Engine;
using Tidar.Models;
using Tidar.Models.Configuration;

namespace Tidar.Decoding.Scoring;

/// <summary>Likelihood options resolved against a model: every choice made, every mistake found, before a weight is needed.</summary>
public sealed class LikelihoodPlan
{
    private const string Source = "likelihood";

    private readonly ModelConfig _config;
    private readonly List<string> _warnings = [];

    /// <summary>Resolves and checks.</summary>
    /// <exception cref="InvalidInputException">An option is out of its range or does not fit the model.</exception>
    public LikelihoodPlan(LikelihoodOptions options, ModelConfig config)
    {
        (Options, _config) = (options, config);
        Method = options.Method switch
        {
            StrategyKind.Auto => config.Diffusion is { } diffusion ? DenoisingPlan.StrategyOf(diffusion.Kind) : StrategyKind.Autoregressive,
            StrategyKind.Tidar => StrategyKind.Autoregressive,
            _ => options.Method,
        };
        bool blocks = Method == StrategyKind.BlockDiffusion;
        Require(options.Samples >= 1, "samples", "at least 1", options.Samples);
        Require(options.RowsPerPass >= 1, "rows", "at least 1", options.RowsPerPass);
        Require(double.IsFinite(options.Guidance) && options.Guidance >= 0, "guidance", "a number from 0", options.Guidance);
        Require(options.Guidance == 0 || Method == StrategyKind.MaskedDiffusion, "guidance", "masked-diffusion, which alone has it", DecodingNames.Of(Method));
        Require(options.BlockLength is null || blocks, "block length", "block-diffusion, which alone has blocks", DecodingNames.Of(Method));
        bool fits = options.BlockLength is null || (options.BlockLength >= 1 && options.BlockLength <= config.MaxPositions);
        Require(fits, "block length", $"1 to {config.MaxPositions} (the model's context)", options.BlockLength);
        BlockLength = options.BlockLength ?? DenoisingPlan.BlockLengthOf(config);
        if (Method == StrategyKind.Autoregressive)
        {
            if (config.Diffusion is not null)
                _warnings.Add("the model was trained for diffusion: its autoregressive likelihood means little");
            return;
        }

        Require(config.MaskTokenId is not null, "method", "a model with a mask token (adapters have none)", $"{DecodingNames.Of(Method)} for a model without");
        bool shifts = config.Diffusion is { ShiftedLogits: true };
        Require(!blocks || !shifts, "method", "a model whose rows predict their own token", $"{DecodingNames.Of(Method)} for one whose rows predict the next");
        if (!DenoisingPlan.IsTrainedFor(Method, config))
            _warnings.Add($"the model was not trained for {DecodingNames.Of(Method)}: this likelihood means little");
    }

    /// <summary>The options.</summary>
    public LikelihoodOptions Options { get; }

    /// <summary>Whose likelihood; never <see cref="StrategyKind.Auto"/> or <see cref="StrategyKind.Tidar"/>.</summary>
    public StrategyKind Method { get; }

    /// <summary>What the user should know, one line each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Tokens of a block of block diffusion.</summary>
    internal int BlockLength { get; }

    /// <summary>The mask token of diffusions; -1 for others.</summary>
    internal int MaskToken => _config.MaskTokenId ?? -1;

    /// <summary>Whether blocks stand on the grid of the text and see themselves in both directions once they are known; else they begin behind the prompt, and known tokens are causal.</summary>
    internal bool OnGrid => _config.Diffusion is { Kind: DiffusionKind.Block };

    /// <summary>Whether the row before a token predicts it.</summary>
    internal bool Shifted => _config.Diffusion is { ShiftedLogits: true };

    /// <summary>Checks a text and what it stands behind.</summary>
    /// <exception cref="InvalidInputException">They cannot be scored.</exception>
    public void Check(ReadOnlySpan<int> prompt, ReadOnlySpan<int> completion)
    {
        Require(!completion.IsEmpty, "completion", "at least one token", "none");
        Require(!prompt.IsEmpty || Method != StrategyKind.Autoregressive, "prompt", "at least one token, as an autoregressive model does not predict the first", "none");
        int length = prompt.Length + completion.Length;
        Require(length <= _config.MaxPositions, "length", $"at most {_config.MaxPositions} tokens (the model's context)", length);
        CheckTokens(prompt, "prompt");
        CheckTokens(completion, "completion");
    }

    /// <summary>Checks the windows of a text.</summary>
    /// <exception cref="InvalidInputException">They do not fit the context, or there are fewer than two tokens.</exception>
    public void CheckWindows(ReadOnlySpan<int> ids, int window)
    {
        PerplexityWindows.Check(ids.Length, window, _config.MaxPositions);
        CheckTokens(ids, "text");
    }

    private void CheckTokens(ReadOnlySpan<int> ids, string field)
    {
        foreach (int id in ids)
        {
            Require((uint)id < (uint)_config.VocabularySize, field, $"ids from 0 to {_config.VocabularySize - 1}", id);
            Require(Method == StrategyKind.Autoregressive || id != MaskToken, field, "text without the mask token", id);
        }
    }

    private static void Require(bool holds, string field, string expected, object? found)
    {
        if (!holds)
            throw new InvalidInputException(Source, field, expected, $"{found}");
    }
}
