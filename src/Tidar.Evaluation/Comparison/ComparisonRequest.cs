using Tidar.Decoding.Engine;

namespace Tidar.Evaluation.Comparison;

/// <summary>What is to be compared on what.</summary>
public sealed record ComparisonRequest
{
    /// <summary>Prompt ids, at least one prompt.</summary>
    public required IReadOnlyList<int[]> Prompts { get; init; }

    /// <summary>What all ways share. Prompt i uses seed + i.</summary>
    public required GenerationOptions Options { get; init; }

    /// <summary>The ways, the reference first.</summary>
    public required WaySelection Selection { get; init; }

    /// <summary>Sequences decoded together; the first one is also the one that contexts are varied at.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1];

    /// <summary>Tokens that prompts are padded to; empty leaves them as they are. The first one is also the one that batches are varied at.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [];

    /// <summary>Rounds in which every way runs once.</summary>
    public int Repetitions { get; init; } = 3;

    /// <summary>The prompt whose passes are shown, from 0.</summary>
    public int ShownPrompt { get; init; }

    /// <summary>
    /// The settings: the first batch and context, then the other batches, then the other contexts. Not every pair of them, which would take a day.
    /// </summary>
    public IReadOnlyList<ComparisonSetting> Settings
    {
        get
        {
            int? first = Contexts.Count > 0 ? Contexts[0] : null;
            return [.. Batches.Select(b => new ComparisonSetting(b, first)).Concat(Contexts.Select(c => new ComparisonSetting(Batches[0], c))).Distinct()];
        }
    }

    /// <summary>Contexts that leave the answers room in the model's context: longer ones are cut to the longest that does.</summary>
    /// <param name="contexts">As asked for.</param>
    /// <param name="maxPositions">The model's context.</param>
    /// <param name="maxTokens">Most tokens of an answer.</param>
    /// <returns>Those to be measured, and a line for every one that was cut.</returns>
    public static (IReadOnlyList<int> Contexts, IReadOnlyList<string> Notes) Clip(IReadOnlyList<int> contexts, int maxPositions, int maxTokens)
    {
        int longest = Math.Max(1, maxPositions - maxTokens);
        return (
            [.. contexts.Select(c => Math.Min(c, longest)).Distinct()],
            [.. contexts.Where(c => c > longest).Select(c => $"context {c}: cut to {longest}, which leaves {maxPositions - longest} tokens for the answer in the model's context of {maxPositions}")]);
    }
}
