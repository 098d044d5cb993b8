using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tidar.Cli.Distillation;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Training.Adapters;
using Tidar.Training.Recipes;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar distill</c>: the model's own answers to many prompts, as training data for an adapter.</summary>
internal sealed class DistillCommand
{
    private const int DefaultSessions = 32;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private readonly CommandContext _context;
    private readonly ModelOptions _model = new(exact: false);
    private readonly GenerationOptionSet _generation = new();
    private readonly DraftModelOption _draft = new();
    private readonly Option<string> _prompts = Opt.RequiredText(
        "--prompts", "FILE", "JSONL with prompt, ids or messages a line; line i (from 0) uses seed N + i");

    private readonly Option<string?> _field = Opt.Text("--user-field", "NAME", "lines hold a user's message in this field instead: the chat template is applied");
    private readonly Option<string> _out = Opt.RequiredText("--out", "FILE", "receives the answers, one a line in the order of the prompts");
    private readonly Option<bool> _resume = Opt.Flag("--resume", "go on behind the answers that the file holds");
    private readonly Option<string?> _adapt = Opt.Text("--adapt", "FILE.yaml", "then train an adapter by this recipe (tidar adapt), whose data name the answers' file");
    private readonly Option<int?> _sessions = Opt.Whole("--sessions", "N", $"texts at a time (default: {DefaultSessions})", least: 1, most: 4096);

    private readonly Option<string?> _profile = Opt.Profile();

    private DistillCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        DistillCommand distill = new(context);
        Command command = new("distill", "Let a model answer prompts, many at a time: text of its own to train an adapter on.")
        {
            distill._prompts, distill._field, distill._out, distill._resume, distill._sessions, distill._adapt, distill._profile,
        };
        distill._generation.AddTo(command, reports: false);
        distill._draft.AddTo(command);
        distill._model.AddTo(command);
        command.SetAction(distill.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        RankedCommand.RequireAlone("distill");
        AdapterRecipe? recipe = parsed.GetValue(_adapt) is { } path ? AdapterRecipeReader.Read(path) : null;
        int code = Distill(parsed);
        return recipe is null ? code : Train(parsed, recipe);
    }

    private int Train(ParseResult parsed, AdapterRecipe recipe)
    {
        bool goesOn = parsed.GetValue(_resume) && AdapterTrainer.HasCheckpoint(recipe);
        return AdaptCommand.Train(
            _context, recipe, _model.Name(parsed) ?? recipe.Model, _model.Weights(parsed), _model.Threads(parsed), goesOn, _model.Json(parsed));
    }

    private int Distill(ParseResult parsed)
    {
        string file = parsed.GetRequiredValue(_prompts);
        List<PromptLine> lines = parsed.GetValue(_field) is { } field
            ? PromptFile.ReadUserMessages(file, field)
            : PromptFile.Read(file, PromptFields.Prompt | PromptFields.Ids | PromptFields.Messages);
        GenerationOptions options = _generation.Read(parsed, _model.Seed(parsed));
        using LoadedModel model = _model.Open(parsed, _context);
        using LoadedModel? draft = _draft.Open(parsed, options.Strategy, model, _model.Weights(parsed));
        List<EncodedPrompt> prompts = new PromptEncoder(model.Text).Encode(lines);
        foreach (EncodedPrompt prompt in prompts)
            prompt.Guard(() => options.Check(model.Config, prompt.Ids, draft?.Config));
        int[][] ids = [.. prompts.Select(static p => p.Ids)];
        using AnswerFile answers = AnswerFile.Open(parsed.GetRequiredValue(_out), ids, parsed.GetValue(_resume));
        bool json = _model.Json(parsed);
        (long tokens, double seconds) = Sample(
            new BatchGenerator(
                model.Transformer,
                model.Text.Tokenizer,
                parsed.GetValue(_sessions) ?? DefaultSessions,
                ModelPlanner.Create(model, options, parsed.GetValue(_profile), _context),
                draft?.ToDraft()),
            ids,
            options,
            answers,
            json);
        if (json)
        {
            JsonLine.Write(_context.Output, writer =>
            {
                writer.WriteNumber("answers", answers.Count);
                writer.WriteNumber("tokens", tokens);
                writer.Real("tokens_per_second", seconds > 0 ? tokens / seconds : 0);
                writer.WriteString("path", parsed.GetRequiredValue(_out));
            });
        }
        else
        {
            _context.Output.WriteLine($"{answers.Count} answers in {parsed.GetRequiredValue(_out)}");
        }

        return ExitCode.Done;
    }

    private (long Tokens, double Seconds) Sample(BatchGenerator generator, int[][] prompts, GenerationOptions options, AnswerFile answers, bool json)
    {
        TextWriter progress = json ? _context.Error : _context.Output;
        int done = answers.Count;
        Stopwatch clock = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        long tokens = 0;
        foreach (GenerationResult result in generator.Run([.. prompts.Skip(done)], Seeded, _context.Cancellation))
        {
            answers.Write(result);
            tokens += result.Ids.Count;
            if (quiet.Elapsed < LineInterval && answers.Count < prompts.Length)
                continue;
            quiet.Restart();
            string speed = (tokens / clock.Elapsed.TotalSeconds).ToString("F0", CultureInfo.InvariantCulture);
            progress.WriteLine($"{answers.Count}/{prompts.Length} answers, {speed} tokens/s");
            progress.Flush();
        }

        return (tokens, clock.Elapsed.TotalSeconds);

        GenerationOptions Seeded(int i) => options with { Sampling = options.Sampling with { Seed = unchecked(options.Sampling.Seed + done + i) } };
    }
}
