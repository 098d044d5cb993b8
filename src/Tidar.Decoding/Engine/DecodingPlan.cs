using Tidar.Decoding.Planning;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Models;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Engine;

/// <summary>Generation options resolved against a model: every choice made, every mistake found.</summary>
internal sealed class DecodingPlan
{
    /// <summary>The draft length for a model whose training record does not say one.</summary>
    public const int DefaultDraftLength = 8;

    /// <summary>Largest draft length; the fused step has K + K² rows.</summary>
    public const int LongestDraft = OutcomeSet.MostOutcomes;

    /// <summary>Most alternatives reported with a token.</summary>
    public const int MostAlternatives = 100;

    /// <summary>Most rows of a pass for alternatives.</summary>
    public const int MostBranchRows = 1024;

    private const string Source = "decoding options";

    // What mask rows carry where an adapter brings what they start from: any id that exists.
    private const int TokenOfMasks = 0;

    private readonly ModelConfig _config;
    private readonly GenerationOptions _options;
    private readonly Planner? _planner;
    private readonly OutcomeSet? _outcomes;
    private readonly List<string> _warnings = [];

    /// <summary>Resolves and checks.</summary>
    /// <param name="options">The options.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="planner">Chooses where mode auto leaves the choice; null where costs are not known.</param>
    /// <param name="draft">The draft model; null where there is none.</param>
    /// <exception cref="InvalidInputException">An option is out of its range or does not fit the model.</exception>
    public DecodingPlan(GenerationOptions options, ModelConfig config, Planner? planner = null, ModelConfig? draft = null)
    {
        _planner = planner;
        (_options, _config) = (options, config);
        MaskToken = options.MaskTokenId ?? config.MaskTokenId;
        Strategy = options.Strategy != StrategyKind.Auto ? options.Strategy
            : config.Diffusion is { } diffusion ? DenoisingPlan.StrategyOf(diffusion.Kind)
            : MaskToken is null && config.Tidar is null ? StrategyKind.Autoregressive
            : StrategyKind.Tidar;
        ContextLength = options.ContextLength ?? config.MaxPositions;
        CheckCommon();
        if (Strategy is StrategyKind.BlockDiffusion or StrategyKind.MaskedDiffusion)
            Denoising = new DenoisingPlan(options, config, Strategy, MaskToken, _warnings);
        else if (config.Diffusion is not null)
            _warnings.Add("the model was trained for diffusion: decoded like this its text means little");
        if (Strategy.IsSpeculative)
        {
            Speculation = new SpeculationPlan(options, Strategy, draft, _warnings);
            DraftLength = Speculation.DraftLength;
        }

        if (Strategy != StrategyKind.Tidar)
            return;
        DraftLength = options.DraftLengthFor(config);
        Mode = options.Mode != TidarMode.Auto ? options.Mode
            : options.Outcomes is not null ? TidarMode.Sparse
            : LeavesStepsOpen && planner is not null ? TidarMode.Auto
            : TidarMode.Fused;
        CheckTidar();
        _outcomes = Mode switch
        {
            TidarMode.Auto => null,
            TidarMode.Fused => OutcomeSet.All(DraftLength),
            TidarMode.TwoPass => OutcomeSet.None(DraftLength),
            _ => OutcomeSet.Of(DraftLength, options.Outcomes ?? []),
        };
    }

    /// <summary>The strategy; never <see cref="StrategyKind.Auto"/>.</summary>
    public StrategyKind Strategy { get; }

    /// <summary>The mode; <see cref="TidarMode.Auto"/> where the planner chooses, or the strategy has none.</summary>
    public TidarMode Mode { get; }

    /// <summary>How the diffusion strategies write; null for others.</summary>
    public DenoisingPlan? Denoising { get; }

    /// <summary>How a draft model or a prompt lookup drafts; null for other strategies.</summary>
    public SpeculationPlan? Speculation { get; }

    /// <summary>Whether the strategy drafts, so that there are steps to tell of.</summary>
    public bool Drafts => Strategy == StrategyKind.Tidar || Speculation is not null;

    /// <summary>K; 1 for strategies that draft nothing.</summary>
    public int DraftLength { get; } = 1;

    /// <summary>The mask token, which is never produced and not allowed in a prompt; null where the model has none.</summary>
    public int? MaskToken { get; }

    /// <summary>Most tokens, prompt included.</summary>
    public int ContextLength { get; }

    /// <summary>What the user should know, one line each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Checks prompt ids, and adds what the user should know about their number.</summary>
    /// <exception cref="InvalidInputException">The prompt is empty, too long, or has an id that may not be there.</exception>
    public void CheckPrompt(ReadOnlySpan<int> prompt)
    {
        const string Prompt = "prompt";
        if (prompt.IsEmpty)
            throw new InvalidInputException(Prompt, null, "at least one token", "none");
        if (prompt.Length >= ContextLength)
            throw new InvalidInputException(Prompt, "length", $"fewer than {ContextLength} tokens (the context, which the answer shares)", $"{prompt.Length}");
        for (int i = 0; i < prompt.Length; i++)
        {
            if ((uint)prompt[i] >= (uint)_config.VocabularySize)
                throw new InvalidInputException(Prompt, $"token {i}", $"an id from 0 to {_config.VocabularySize - 1}", $"{prompt[i]}");
            if (prompt[i] == MaskToken)
                throw new InvalidInputException(Prompt, $"token {i}", "text", $"the mask token {prompt[i]}, which only the engine may use");
        }

        if (Speculation?.ContextWarning(prompt.Length, ContextLength) is { } warning)
            _warnings.Add(warning);
    }

    /// <summary>Creates the sampler of a sequence.</summary>
    public Sampler CreateSampler(ReadOnlySpan<int> prompt) =>
        new(_options.Sampling, _config.VocabularySize, MaskToken ?? -1, prompt);

    /// <summary>Whether more than a row's likeliest token is wanted: targets mix logits of both halves of the model, or tokens have scores.</summary>
    public bool NeedsLogits => _options.Beta < 1 || Denoising is not null;

    /// <summary>Whether the options leave the steps to a planner.</summary>
    public bool LeavesStepsOpen => Strategy == StrategyKind.Tidar && _options.Mode == TidarMode.Auto && _options.Outcomes is null && _options.Beta >= 1;

    /// <summary>Whether drafts are chosen by the model's path selector, where it has one.</summary>
    public bool UsesPathSelector => Strategy == StrategyKind.Tidar && _options.PathSelector;

    /// <summary>Whether alternatives to a draft's tokens may be verified.</summary>
    public bool MayBranch => Strategy == StrategyKind.Tidar && _options.Beta >= 1 && (_options.Branches ?? (Mode == TidarMode.Auto ? MostBranchRows : 0)) > 0;

    /// <summary>Creates what chooses the steps of a sequence; null for strategies without.</summary>
    public IStepPlanner? CreateSteps() => Strategy != StrategyKind.Tidar ? null
        : _outcomes is null ? _planner!.CreateSteps(DraftLength, _options.Branches ?? MostBranchRows)
        : new FixedSteps(_outcomes, _options.Branches ?? 0);

    /// <summary>Creates the strategy of a sequence.</summary>
    public IDecodingStrategy CreateStrategy(TokenSequence sequence, IStepPlanner? steps, PathSelector? selector, IDrafter? drafter) =>
        Denoising is not null ? Denoising.CreateStrategy(sequence)
        : Speculation is not null ? Speculation.CreateStrategy(sequence, drafter!)
        : steps is null ? new AutoregressiveStrategy(sequence)
        : new TidarStrategy(sequence, new TidarSettings(MaskToken ?? TokenOfMasks, steps, _options.Beta), selector);

    private void CheckCommon()
    {
        _options.Sampling.Validate(_config.VocabularySize);
        Require(_options.MaxTokens >= 1, "max tokens", "at least 1", _options.MaxTokens);
        int longest = _config.MaxPositions;
        Require(ContextLength >= 2 && ContextLength <= longest, "context length", $"2 to {longest} (the model's context)", ContextLength);
        Require(_options.LogProbabilities is null or (>= 0 and <= MostAlternatives), "logprobs", $"0 to {MostAlternatives}", _options.LogProbabilities);
        Require(_options.Beta is >= 0 and <= 1, "beta", "a number from 0 to 1", _options.Beta);
        if (!Strategy.IsSpeculative)
        {
            const string Speculative = "strategy draft-model or prompt-lookup";
            Require(_options.Speculation.Acceptance == AcceptanceRule.Exact, "acceptance", Speculative, $"strategy {DecodingNames.Of(Strategy)}");
            Require(_options.Speculation.NGram is null, "n-gram", "strategy prompt-lookup", $"strategy {DecodingNames.Of(Strategy)}");
        }

        foreach (string stop in _options.Stop)
            Require(!string.IsNullOrEmpty(stop), "stop", "strings that are not empty", "an empty one");
        if (MaskToken is { } mask)
            Require((uint)mask < (uint)_config.VocabularySize, "mask token", $"an id from 0 to {_config.VocabularySize - 1}", mask);
    }

    private void CheckTidar()
    {
        const string Trained = "a model trained with TiDAR (a \"tidar\" record in config.json), an adapter, or a mask token";
        Require(MaskToken is not null || _config.Tidar is not null, "strategy", Trained, "a plain autoregressive model");
        Require(DraftLength is >= 1 and <= LongestDraft, "draft length", $"1 to {LongestDraft}", DraftLength);
        string mode = DecodingNames.Of(Mode);
        Require(_options.Outcomes is not null || Mode != TidarMode.Sparse, "outcomes", "the outcomes to draft in mode sparse", "none");
        Require(_options.Outcomes is null || Mode == TidarMode.Sparse, "outcomes", "mode sparse with outcomes", $"mode {mode}");
        Require(_options.Branches is null or (>= 0 and <= MostBranchRows), "branches", $"0 to {MostBranchRows} rows", _options.Branches);
        Require(_options.Beta >= 1 || _options.Branches is null or 0, "branches", "0 where beta is below 1", _options.Branches);
        Require(_options.Beta >= 1 || Mode == TidarMode.Fused, "beta", "1, or mode fused", $"{_options.Beta} in mode {mode}");
        if (_config.Tidar is null)
            _warnings.Add("the model has no TiDAR training record: its drafts will rarely be right");
        else if (DraftLength != _config.Tidar.DraftLength)
            _warnings.Add($"draft length {DraftLength} differs from the {_config.Tidar.DraftLength} the model was trained with: expect fewer accepted tokens");
    }

    private static void Require(bool holds, string field, string expected, object? found)
    {
        if (!holds)
            throw new InvalidInputException(Source, field, expected, $"{found}");
    }
}
