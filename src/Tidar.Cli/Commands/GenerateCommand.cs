using System.CommandLine;
using Tidar.Cli.Generation;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar generate</c>: writes texts.</summary>
internal sealed class GenerateCommand
{
    private const int WarmUpTokens = 16;

    private readonly CommandContext _context;
    private readonly ModelOptions _model = new(exact: false);
    private readonly GenerationOptionSet _generation = new();
    private readonly DraftModelOption _draft = new();
    private readonly Argument<string?> _text = new("TEXT") { Description = "prompt (- reads standard input)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _prompts = Opt.Text("--prompts", "FILE", "JSONL with prompt, ids or messages a line; line i (from 0) uses seed N + i");
    private readonly Option<bool> _chat = Opt.Flag("--chat", "TEXT is a message: apply the model's chat template");
    private readonly Option<string?> _system = Opt.Text("--system", "TEXT", "system message before TEXT (with --chat)");
    private readonly Option<bool> _compare = Opt.Flag("--compare", "also write the text by AR decoding, and say whether the two are equal");
    private readonly Option<string?> _show = Opt.Choice(
        "--show", "text coloured by who proposed it and a summary, a line a pass, or text alone (default: draft)", "draft", "steps", "text");

    private readonly Option<string?> _profile = Opt.Profile();

    private GenerateCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        GenerateCommand generate = new(context);
        Command command = new("generate", "Write text from a prompt.")
        {
            generate._text, generate._prompts, generate._chat, generate._system, generate._compare, generate._show, generate._profile,
        };
        generate._generation.AddTo(command);
        generate._draft.AddTo(command);
        generate._model.AddTo(command);
        command.SetAction(generate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        List<PromptLine> lines = ReadPrompts(parsed);
        GenerationOptions options = _generation.Read(parsed, _model.Seed(parsed));
        using LoadedModel model = _model.Open(parsed, _context);
        using LoadedModel? draft = _draft.Open(parsed, options.Strategy, model, _model.Weights(parsed));
        List<EncodedPrompt> prompts = new PromptEncoder(model.Text).Encode(lines);
        if (options.Stop.Count > 0)
            model.Text.RequireTokenizer();
        WriteNotes(model, draft, options, prompts);
        Planner? planner = ModelPlanner.Create(model, options, parsed.GetValue(_profile), _context);
        TextGenerator generator = new(model.Transformer, model.Text.Tokenizer, planner, draft?.ToDraft());
        GenerationView? view = _model.Json(parsed) ? null : GenerationView.Create(parsed.GetValue(_show), _context, model.Text.Tokenizer);
        for (int i = 0; i < prompts.Count; i++)
        {
            GenerationOptions seeded = options with { Sampling = options.Sampling with { Seed = unchecked(options.Sampling.Seed + i) } };
            if (parsed.GetValue(_compare))
                Compare(generator, prompts[i], seeded, view);
            else if (view is null)
                WriteJson(generator.Generate(prompts[i].Ids, seeded, _context.Cancellation), null, seeded.Trace);
            else
                view.End(Stream(generator, prompts[i], seeded, view));
        }

        return ExitCode.Done;
    }

    private List<PromptLine> ReadPrompts(ParseResult parsed)
    {
        string? text = parsed.GetValue(_text), file = parsed.GetValue(_prompts), system = parsed.GetValue(_system);
        bool chat = parsed.GetValue(_chat);
        if (text is null == file is null)
            throw new CommandLineException($"tidar generate: expected TEXT or --prompts, found {(text is null ? "neither" : "both")}");
        if (file is not null && chat)
            throw new CommandLineException("tidar generate: --chat: expected TEXT (lines of a prompts file say messages), found --prompts");
        if (system is not null && !chat)
            throw new CommandLineException("tidar generate: --system: expected --chat beside it, found none");
        if (file is not null)
            return PromptFile.Read(file, PromptFields.Prompt | PromptFields.Ids | PromptFields.Messages);
        string prompt = PromptText.Resolve(text!, _context.Input);
        return [chat ? new PromptLine(null) { Messages = PromptLine.Conversation(system, prompt) } : new PromptLine(null) { Text = prompt }];
    }

    // Everything that can be wrong with any prompt is found here, before a weight is packed; then comes what the user should know, once.
    private void WriteNotes(LoadedModel model, LoadedModel? draft, GenerationOptions options, List<EncodedPrompt> prompts)
    {
        HashSet<string> warnings = new(StringComparer.Ordinal);
        foreach (EncodedPrompt prompt in prompts)
            warnings.UnionWith(prompt.Guard(() => options.Check(model.Config, prompt.Ids, draft?.Config)));
        if (options.Strategy == StrategyKind.Auto && model.Config.Tidar is null && options.MaskTokenId is null)
            warnings.Add("the model has no TiDAR training record: autoregressive decoding (--mask-token ID runs TiDAR all the same)");
        foreach (string warning in warnings)
            _context.Note(warning);
    }

    private GenerationResult Stream(TextGenerator generator, EncodedPrompt prompt, GenerationOptions options, GenerationView view)
    {
        GenerationResult? result = null;
        view.Begin(prompt);
        foreach (GenerationUpdate update in generator.Stream(prompt.Ids, options, _context.Cancellation))
        {
            view.Show(update);
            result = update.Result;
        }

        return result!;
    }

    private void Compare(TextGenerator generator, EncodedPrompt prompt, GenerationOptions options, GenerationView? view)
    {
        GenerationOptions reference = options with { Strategy = StrategyKind.Autoregressive, Mode = TidarMode.Auto, Outcomes = null, Beta = 1, Speculation = new() };
        // Neither shall pay for the first use of the code.
        foreach (GenerationOptions warmUp in new[] { options, reference })
            generator.Generate(prompt.Ids, warmUp with { MaxTokens = Math.Min(WarmUpTokens, options.MaxTokens) }, _context.Cancellation);
        GenerationResult result = view is null
            ? generator.Generate(prompt.Ids, options, _context.Cancellation)
            : Stream(generator, prompt, options, view);
        GenerationResult autoregressive = generator.Generate(prompt.Ids, reference, _context.Cancellation);
        if (view is null)
            WriteJson(result, autoregressive, options.Trace);
        else
            ComparisonView.Show(_context, result, autoregressive);
    }

    private void WriteJson(GenerationResult result, GenerationResult? reference, bool trace) => JsonLine.Write(_context.Output, writer =>
    {
        GenerationJson.Write(writer, result, trace);
        if (reference is null)
            return;
        writer.WriteStartObject("ar");
        GenerationJson.Write(writer, reference, trace);
        writer.WriteEndObject();
        writer.WriteBoolean("equal", ComparisonView.AreEqual(result, reference));
    });
}
