using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Scoring;
using Tidar.Models.Files;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar score</c>: log-probabilities of given prompts, or the perplexity of a text.</summary>
internal static class ScoreCommand
{
    private const int DefaultWindow = 512;
    private const int LongestText = 1 << 30;

    public static Command Create(CommandContext context)
    {
        ModelOptions model = new(exact: true);
        Option<string?> prompts = Opt.Text("--prompts", "FILE", "JSONL, one prompt or ids a line: log-probability of every token");
        Option<string?> file = Opt.Text("--file", "TEXT", "text file: perplexity over windows that do not overlap");
        Option<int?> window = Opt.Whole(
            "--window", "N", $"tokens of a window; its first is not predicted (default: {DefaultWindow}, or the context where that is shorter)", least: 2);
        Option<int?> limit = Opt.Whole("--limit-tokens", "N", "only the first N tokens of the text", least: 2);
        Command command = new("score", "Score given text: log-probabilities of prompts, or perplexity of a file.") { prompts, file, window, limit };
        model.AddTo(command);
        command.SetAction(parsed => (parsed.GetValue(prompts), parsed.GetValue(file)) switch
        {
            (string path, null) => ScorePrompts(context, model, parsed, path),
            (null, string path) => ScoreFile(context, model, parsed, path, parsed.GetValue(window), parsed.GetValue(limit)),
            (null, null) => throw new CommandLineException("tidar score: expected --prompts or --file, found neither"),
            _ => throw new CommandLineException("tidar score: expected one of --prompts and --file, found both"),
        });
        return command;
    }

    private static int ScorePrompts(CommandContext context, ModelOptions options, ParseResult parsed, string path)
    {
        List<PromptLine> lines = PromptFile.Read(path, PromptFields.Prompt | PromptFields.Ids);
        using LoadedModel model = options.Open(parsed, context);
        List<EncodedPrompt> prompts = new PromptEncoder(model.Text).Encode(lines);
        SequenceScorer scorer = new(model.Transformer);
        foreach (EncodedPrompt prompt in prompts)
        {
            SequenceScore score = prompt.Guard(() => scorer.Score(prompt.Ids, context.Cancellation));
            if (options.Json(parsed))
                WriteJson(context.Output, score);
            else
                Show(context, score, prompt.Text ?? "");
        }

        return ExitCode.Done;
    }

    private static int ScoreFile(CommandContext context, ModelOptions options, ParseResult parsed, string path, int? window, int? limit)
    {
        string text = InputFile.ReadText(path, LongestText);
        using LoadedModel model = options.Open(parsed, context);
        int[] ids = model.Text.RequireTokenizer().Encode(text, addSpecialTokens: false);
        EncodedPrompt prompt = new(limit < ids.Length ? ids[..limit.Value] : ids, text, path);
        SequenceScorer scorer = new(model.Transformer);
        int length = window ?? Math.Min(DefaultWindow, model.Config.MaxPositions);
        PerplexityScore score = prompt.Guard(() => scorer.Perplexity(prompt.Ids, length, context.Cancellation));
        if (options.Json(parsed))
            WriteJson(context.Output, score);
        else
            Show(context, score);
        return ExitCode.Done;
    }

    private static void Show(CommandContext context, SequenceScore score, string text) =>
        context.Output.WriteLine($"{score.Sum:F4}  {score.Ids.Count} tokens  {context.OutputStyle.Safe(text.ReplaceLineEndings("\\n"))}".TrimEnd());

    private static void Show(CommandContext context, PerplexityScore score) => context.Output.WriteLine(
        $"perplexity {score.Perplexity:F4} ({score.NegativeLogLikelihood:F5} nats a token, {score.Tokens} tokens, {score.Windows} windows)");

    private static void WriteJson(TextWriter output, SequenceScore score) => JsonLine.Write(output, writer =>
    {
        writer.Numbers("ids", [.. score.Ids]);
        writer.WriteStartArray("logprobs");
        foreach (double? value in score.LogProbabilities)
            writer.RealValue(value ?? double.NaN);
        writer.WriteEndArray();
        writer.Real("sum_logprob", score.Sum);
    });

    private static void WriteJson(TextWriter output, PerplexityScore score) => JsonLine.Write(output, writer =>
    {
        writer.WriteNumber("tokens", score.Tokens);
        writer.Real("nll", score.NegativeLogLikelihood);
        writer.Real("perplexity", score.Perplexity);
        writer.WriteNumber("windows", score.Windows);
    });
}
