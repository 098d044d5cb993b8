using System.Text.Json;
using Tidar.Cli.Output;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Sampling;
using Tidar.Decoding.Sequences;
using Tidar.Decoding.Strategies.Speculative;

namespace Tidar.Cli.Generation;

/// <summary>A generated text as JSON fields.</summary>
internal static class GenerationJson
{
    /// <summary>Writes the fields of one result.</summary>
    /// <param name="writer">Inside an object.</param>
    /// <param name="result">The text.</param>
    /// <param name="trace">Whether to write what every step did.</param>
    public static void Write(Utf8JsonWriter writer, GenerationResult result, bool trace)
    {
        writer.Numbers("prompt_ids", [.. result.PromptIds]);
        writer.Numbers("ids", [.. result.Ids]);
        writer.WriteString("text", result.Text);
        writer.WriteString("finish", DecodingNames.Of(result.Finish));
        writer.WriteString("strategy", DecodingNames.Of(result.Strategy));
        writer.WriteString("mode", result.Mode is TidarMode mode ? DecodingNames.Of(mode) : null);
        writer.WriteNumber("draft_length", result.DraftLength);
        writer.WriteNumber("passes", result.Passes);
        writer.Real("tokens_per_pass", result.TokensPerPass);
        if (result.Strategy == StrategyKind.DraftModel)
            writer.WriteNumber("draft_passes", result.DraftPasses);
        if (result.AcceptanceRule is AcceptanceRule rule)
            writer.WriteString("acceptance_rule", DecodingNames.Of(rule));
        writer.Real("prefill_seconds", result.PrefillSeconds);
        writer.Real("decode_seconds", result.DecodeSeconds);
        writer.Real("tokens_per_second", result.TokensPerSecond);
        if (result.LogProbabilities is IReadOnlyList<TokenLogProbability> logProbabilities)
            Write(writer, logProbabilities);
        if (!trace)
            return;
        WriteCounts(writer, result);
        writer.WriteStartArray("steps");
        foreach (DecodingStep step in result.Steps ?? [])
            Write(writer, step);
        writer.WriteEndArray();
    }

    // How often each slot was checked and right, and what the planner did.
    private static void WriteCounts(Utf8JsonWriter writer, GenerationResult result)
    {
        writer.WriteStartObject("acceptance");
        writer.WriteNumber("verifications", result.Acceptance.Verifications);
        writer.Counts("drafted", result.Acceptance.Drafted);
        writer.Counts("accepted", result.Acceptance.Accepted);
        writer.WriteNumber("branch_rows", result.Acceptance.BranchRows);
        writer.WriteNumber("branch_tokens", result.Acceptance.BranchTokens);
        writer.WriteNumber("branches_won", result.Acceptance.BranchesWon);
        writer.WriteEndObject();
        if (result.Planned is not PlannedPasses planned)
            return;
        writer.WriteStartObject("planned");
        writer.WriteNumber("alone", planned.Alone);
        writer.WriteNumber("drafting", planned.Drafting);
        writer.WriteNumber("two_pass", planned.TwoPass);
        writer.WriteNumber("sparse", planned.Sparse);
        writer.WriteNumber("fused", planned.Fused);
        writer.WriteNumber("verified", planned.Verified);
        writer.WriteNumber("branch_rows", planned.BranchRows);
        writer.WriteNumber("masks", planned.Masks);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<TokenLogProbability> tokens)
    {
        writer.WriteStartArray("logprobs");
        foreach (TokenLogProbability token in tokens)
            writer.RealValue(token.Value);
        writer.WriteEndArray();
        writer.WriteStartArray("top_logprobs");
        foreach (TokenLogProbability token in tokens)
        {
            writer.WriteStartArray();
            foreach (TokenAlternative alternative in token.Top)
            {
                writer.WriteStartObject();
                writer.WriteNumber("id", alternative.Token);
                writer.Real("logprob", alternative.LogProbability);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    // Where the text ended inside an accepted run there was no next draft to speak of, and its fields are left out.
    private static void Write(Utf8JsonWriter writer, DecodingStep step)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", DecodingNames.Of(step.Kind));
        if (step.Draft is IReadOnlyList<int> draft)
            writer.Numbers("draft", [.. draft]);
        if (step.Accepted is int accepted)
            writer.WriteNumber("accepted", accepted);
        if (step.Branch is IReadOnlyList<int> branch)
            writer.Numbers("branch", [.. branch]);
        if (step.Corrected is int corrected)
            writer.WriteNumber("corrected", corrected);
        if (step.Drafted is DraftSource source)
            writer.WriteString("drafted", DecodingNames.Of(source));
        if (step.NextDraft is IReadOnlyList<int> next)
            writer.Numbers("next_draft", [.. next]);
        else if (step.Drafted is not null)
            writer.WriteNull("next_draft");
        writer.WriteEndObject();
    }
}
