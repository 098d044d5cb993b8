using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Prompts;
using Tidar.Cli.Scoring;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Scoring;
using Tidar.Models.Files;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar score</c>: log-probabilities of given prompts or completions, or the perplexity of a text.</summary>
internal static class ScoreCommand
{
    private const int DefaultWindow = 512;
    private const int LongestText = 1 << 30;

    public static Command Create(CommandContext context)
    {
        ModelOptions model = new(exact: true);
        Option<string?> prompts = Opt.Text("--prompts", "FILE", "JSONL, one prompt or ids a line: log-probability of every token, or of a completion behind it");
        Option<string?> file = Opt.Text("--file", "TEXT", "text file: perplexity over windows that do not overlap");
        Option<int?> window = Opt.Whole(
            "--window", "N", $"tokens of a window; its first is not predicted (default: {DefaultWindow}, or the context where that is shorter)", least: 2);
        Option<int?> limit = Opt.Whole("--limit-tokens", "N", "only the first N tokens of the text", least: 2);
        Command command = new("score", "Score given text: log-probabilities of prompts, or perplexity of a file.") { prompts, file, window, limit };
        LikelihoodOptionSet likelihood = new();
        likelihood.AddTo(command);
        model.AddTo(command);
        command.SetAction(parsed => (parsed.GetValue(prompts), parsed.GetValue(file)) switch
        {
            (string path, null) => ScorePrompts(context, model, parsed, likelihood.Read(parsed), path),
            (null, string path) => ScoreFile(context, model, parsed, likelihood.Read(parsed), path, parsed.GetValue(window), parsed.GetValue(limit)),
            (null, null) => throw new CommandLineException("tidar score: expected --prompts or --file, found neither"),
            _ => throw new CommandLineException("tidar score: expected one of --prompts and --file, found both"),
        });
        return command;
    }

    private static int ScorePrompts(CommandContext context, ModelOptions options, ParseResult parsed, LikelihoodOptions likelihood, string path)
    {
        List<PromptLine> lines = PromptFile.Read(path, PromptFields.Prompt | PromptFields.Ids | PromptFields.Completion);
        using LoadedModel model = options.Open(parsed, context);
        LikelihoodPlan plan = Plan(context, model, likelihood);
        List<EncodedPrompt> prompts = new PromptEncoder(model.Text).Encode(lines);

        // The log-probability of every token is there where one causal pass gives it; elsewhere a number for the whole.
        bool EveryToken(EncodedPrompt prompt) => plan.Method == StrategyKind.Autoregressive && prompt.Completion is null;
        foreach (EncodedPrompt prompt in prompts.Where(p => !EveryToken(p)))
            prompt.Guard(() => Check(plan, prompt));
        ScoreOutput output = new(context, options.Json(parsed));
        SequenceScorer tokens = new(model.Transformer);
        LikelihoodScorer scorer = new(model.Transformer, plan);
        for (int i = 0; i < prompts.Count; i++)
        {
            EncodedPrompt prompt = prompts[i];
            if (EveryToken(prompt))
            {
                output.Write(prompt, prompt.Guard(() => tokens.Score(prompt.Ids, context.Cancellation)));
                continue;
            }

            long seed = unchecked((long)options.Seed(parsed) + i);
            output.Write(prompt, prompt.Guard(() => scorer.Score(Given(prompt), Sought(prompt), seed, context.Cancellation)));
        }

        return ExitCode.Done;
    }

    private static int ScoreFile(CommandContext context, ModelOptions options, ParseResult parsed, LikelihoodOptions likelihood, string path, int? window, int? limit)
    {
        string text = InputFile.ReadText(path, LongestText);
        using LoadedModel model = options.Open(parsed, context);
        LikelihoodPlan plan = Plan(context, model, likelihood);
        int[] ids = model.Text.RequireTokenizer().Encode(text, addSpecialTokens: false);
        EncodedPrompt prompt = new(limit < ids.Length ? ids[..limit.Value] : ids, text, path);
        int length = window ?? Math.Min(DefaultWindow, model.Config.MaxPositions);
        PerplexityScore score = prompt.Guard(() =>
        {
            plan.CheckWindows(prompt.Ids, length);
            return new LikelihoodScorer(model.Transformer, plan).Perplexity(prompt.Ids, length, unchecked((long)options.Seed(parsed)), context.Cancellation);
        });
        new ScoreOutput(context, options.Json(parsed)).Write(score, plan.Method);
        return ExitCode.Done;
    }

    private static LikelihoodPlan Plan(CommandContext context, LoadedModel model, LikelihoodOptions likelihood)
    {
        LikelihoodPlan plan = new(likelihood, model.Config);
        foreach (string warning in plan.Warnings)
            context.Note(warning);
        return plan;
    }

    private static bool Check(LikelihoodPlan plan, EncodedPrompt prompt)
    {
        plan.Check(Given(prompt), Sought(prompt));
        return true;
    }

    // A line without completion is scored behind its first token, as by an autoregressive model, so that the numbers compare.
    private static ReadOnlySpan<int> Given(EncodedPrompt prompt) => prompt.Completion is null ? prompt.Ids.AsSpan(0, Math.Min(1, prompt.Ids.Length)) : prompt.Ids;

    private static ReadOnlySpan<int> Sought(EncodedPrompt prompt) => prompt.Completion ?? prompt.Ids.AsSpan(Math.Min(1, prompt.Ids.Length));
}
