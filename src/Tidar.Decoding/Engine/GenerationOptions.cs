using Tidar.Decoding.Sampling;
using Tidar.Decoding.Strategies.Denoising;
using Tidar.Decoding.Strategies.Speculative;
using Tidar.Models;
using Tidar.Models.Configuration;

namespace Tidar.Decoding.Engine;

/// <summary>How a text is generated. The defaults are greedy decoding by the model's best strategy.</summary>
public sealed record GenerationOptions
{
    /// <summary>The strategy. All but the diffusions give the same text; they differ in speed.</summary>
    public StrategyKind Strategy { get; init; }

    /// <summary>TiDAR's kind of step.</summary>
    public TidarMode Mode { get; init; }

    /// <summary>Outcomes 1 … K to draft beforehand in the sparse mode.</summary>
    public IReadOnlyList<int>? Outcomes { get; init; }

    /// <summary>
    /// Most rows of a verifying pass for alternatives to the draft's tokens, the masks behind them included; null leaves it to the planner, or is 0 where the mode is fixed.
    /// The text is the same either way.
    /// </summary>
    public int? Branches { get; init; }

    /// <summary>K; null for the one the model was trained with, or for 4 with a draft model and 8 with prompt lookup.</summary>
    public int? DraftLength { get; init; }

    /// <summary>
    /// The mask token; null for the model's own. Naming one lets TiDAR run on a model without training for it, and keeps that id out of the text.
    /// </summary>
    public int? MaskTokenId { get; init; }

    /// <summary>
    /// Share of the AR half in TiDAR's targets; below 1 the text is no longer the AR model's (the paper's "trust diffusion"), and mode fused is needed.
    /// </summary>
    public double Beta { get; init; } = 1;

    /// <summary>How the diffusion strategies write; others ignore it.</summary>
    public DenoisingOptions Denoising { get; init; } = new();

    /// <summary>How drafts of a draft model or a prompt lookup are made and accepted; others refuse what is not the default.</summary>
    public SpeculativeOptions Speculation { get; init; } = new();

    /// <summary>Whether TiDAR's drafts are chosen by the model's path selector, where it has one. The text is the same either way.</summary>
    public bool PathSelector { get; init; } = true;

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Most tokens to generate, the end token included.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Strings that end the text; it is cut before the first one.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Go on after end-of-sequence tokens.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Longest context in tokens, prompt included; null for the model's own.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Report every token's log-probability and so many alternatives; null for none.</summary>
    public int? LogProbabilities { get; init; }

    /// <summary>Keep what every step did.</summary>
    public bool Trace { get; init; }

    /// <summary>K where these options decode a model by TiDAR: as asked for, else as trained.</summary>
    public int DraftLengthFor(ModelConfig config) => DraftLength ?? config.Tidar?.DraftLength ?? DecodingPlan.DefaultDraftLength;

    /// <summary>The longest draft of a planner, where these options leave the steps of a model to one; null where they do not.</summary>
    /// <exception cref="InvalidInputException">An option is wrong.</exception>
    public int? PlannedDraftLength(ModelConfig config)
    {
        // Their drafts have no planner, and a draft model is not known here.
        if (Strategy.IsSpeculative)
            return null;
        DecodingPlan plan = new(this, config);
        return plan.LeavesStepsOpen ? plan.DraftLength : null;
    }

    /// <summary>Checks options and prompt against a model's shape, before anything is loaded or run.</summary>
    /// <param name="config">The model.</param>
    /// <param name="prompt">Prompt ids.</param>
    /// <param name="draft">The draft model; null where there is none.</param>
    /// <returns>What the user should know, one line each.</returns>
    /// <exception cref="InvalidInputException">The prompt or an option is wrong.</exception>
    public IReadOnlyList<string> Check(ModelConfig config, ReadOnlySpan<int> prompt, ModelConfig? draft = null)
    {
        DecodingPlan plan = new(this, config, draft: draft);
        plan.CheckPrompt(prompt);
        return plan.Warnings;
    }
}
