using System.Globalization;
using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Scoring;

namespace Tidar.Cli.Scoring;

/// <summary>Shows scores: a line of text for people, or a JSON object.</summary>
/// <param name="context">Where they go.</param>
/// <param name="json">Whether as JSON.</param>
internal sealed class ScoreOutput(CommandContext context, bool json)
{
    /// <summary>Log-probabilities of every token of a text.</summary>
    public void Write(EncodedPrompt prompt, SequenceScore score)
    {
        if (!json)
        {
            WriteLine(prompt, score.Sum, "", score.Ids.Count);
            return;
        }

        JsonLine.Write(context.Output, writer =>
        {
            writer.Numbers("ids", [.. score.Ids]);
            writer.WriteStartArray("logprobs");
            foreach (double? value in score.LogProbabilities)
                writer.RealValue(value ?? double.NaN);
            writer.WriteEndArray();
            writer.Real("sum_logprob", score.Sum);
        });
    }

    /// <summary>Likelihood of a completion, or of a text behind its first token.</summary>
    public void Write(EncodedPrompt prompt, Likelihood score)
    {
        if (!json)
        {
            string step = score.OneStep is { } value ? string.Create(CultureInfo.InvariantCulture, $" (in one step a block {value:F4})") : "";
            WriteLine(prompt, score.Value, Error(score.StandardError) + step, score.Tokens);
            return;
        }

        JsonLine.Write(context.Output, writer =>
        {
            writer.Numbers("ids", prompt.Ids);
            if (prompt.Completion is not null)
                writer.Numbers("completion_ids", prompt.Completion);
            writer.Real("sum_logprob", score.Value);
            if (score.OneStep is { } value)
                writer.Real("one_step_logprob", value);
            WriteEstimate(writer, score.Method, score.StandardError, score.Samples, score.Passes);
        });
    }

    /// <summary>Perplexity of a text.</summary>
    public void Write(PerplexityScore score, StrategyKind method)
    {
        if (!json)
        {
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"perplexity {score.Perplexity:F4} ({score.NegativeLogLikelihood:F5}{Error(score.StandardError)} nats a token, {score.Tokens} tokens, {score.Windows} windows)"));
            return;
        }

        JsonLine.Write(context.Output, writer =>
        {
            writer.WriteNumber("tokens", score.Tokens);
            writer.Real("nll", score.NegativeLogLikelihood);
            writer.Real("perplexity", score.Perplexity);
            writer.WriteNumber("windows", score.Windows);
            WriteEstimate(writer, method, score.StandardError, score.Samples, score.Passes);
        });
    }

    private static void WriteEstimate(Utf8JsonWriter writer, StrategyKind method, double? error, int samples, int passes)
    {
        writer.WriteString("likelihood", DecodingNames.Of(method));
        writer.Real("standard_error", error ?? double.NaN);
        writer.WriteNumber("samples", samples);
        writer.WriteNumber("passes", passes);
    }

    private static string Error(double? error) => error switch
    {
        null => " ± ?",
        0 => "",
        _ => string.Create(CultureInfo.InvariantCulture, $" ± {error:F4}"),
    };

    private void WriteLine(EncodedPrompt prompt, double value, string more, int tokens)
    {
        string text = context.OutputStyle.Safe((prompt.Text ?? "").ReplaceLineEndings("\\n"));
        context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value:F4}{more}  {tokens} tokens  {text}").TrimEnd());
    }
}
