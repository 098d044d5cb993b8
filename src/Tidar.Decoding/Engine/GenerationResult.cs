using Tidar.Decoding.Planning;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies.Speculative;

namespace Tidar.Decoding.Engine;

/// <summary>A finished text and how it came about. Tokens behind an end token or a stop string are in none of the counts.</summary>
public sealed record GenerationResult
{
    /// <summary>The prompt.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>The generated tokens; an end token, or the token that completed a stop string, is the last one.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>Their text without special tokens, cut before a stop string; null without a tokenizer.</summary>
    public required string? Text { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>The strategy used.</summary>
    public required StrategyKind Strategy { get; init; }

    /// <summary>TiDAR's mode; null for other strategies.</summary>
    public required TidarMode? Mode { get; init; }

    /// <summary>K; 1 for strategies that draft nothing.</summary>
    public required int DraftLength { get; init; }

    /// <summary>Forward passes, the prefill included as one.</summary>
    public required int Passes { get; init; }

    /// <summary>Forward passes of the draft model, which are in no other count; 0 without one.</summary>
    public int DraftPasses { get; init; }

    /// <summary>When a drafted token was accepted; null for strategies other than draft-model and prompt-lookup.</summary>
    public AcceptanceRule? AcceptanceRule { get; init; }

    /// <summary>Tokens a pass (T/NFE); exactly 1 for autoregressive decoding.</summary>
    public double TokensPerPass => (double)Ids.Count / Passes;

    /// <summary>Wall-clock time until the prompt was in and the first token decided.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>Wall-clock time after that.</summary>
    public required double DecodeSeconds { get; init; }

    /// <summary>Part of <see cref="PrefillSeconds"/> spent in the model: forward passes and the logits asked of them, shared with the texts beside it.</summary>
    public double PrefillModelSeconds { get; init; }

    /// <summary>Part of <see cref="DecodeSeconds"/> spent in the model; the rest is planning, sampling and what the caller does between passes.</summary>
    public double DecodeModelSeconds { get; init; }

    /// <summary>Generated tokens by <see cref="DecodeSeconds"/>; 0 where that is too short to measure.</summary>
    public double TokensPerSecond => DecodeSeconds > 0 ? Ids.Count / DecodeSeconds : 0;

    /// <summary>One entry for each of <see cref="Ids"/>; null unless asked for.</summary>
    public required IReadOnlyList<TokenLogProbability>? LogProbabilities { get; init; }

    /// <summary>What every step did; null unless asked for, and for strategies that draft nothing.</summary>
    public required IReadOnlyList<DecodingStep>? Steps { get; init; }

    /// <summary>Drafted and accepted counts by slot.</summary>
    public required AcceptanceStatistics Acceptance { get; init; }

    /// <summary>What the planner did; null where it chose nothing.</summary>
    public PlannedPasses? Planned { get; init; }

    /// <summary>What the user should know about the options, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
