using System.CommandLine;
using Tidar.Cli.Comparisons;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Prompts;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Evaluation.Comparison;
using Tidar.Evaluation.Comparison.Pages;
using Tidar.Kernels.Matrices;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar compare</c>: all ways to decode on one model, on this machine.</summary>
internal sealed class CompareCommand
{
    private const string DefaultFolder = "comparison";
    private const int DefaultRepetitions = 3;
    private const int CostContext = 256;

    private static readonly int[] CostRows = [1, 2, 4, 8, 16, 32];

    private readonly CommandContext _context;
    private readonly ModelOptions _model = new(exact: false);
    private readonly GenerationOptionSet _generation = new();
    private readonly Option<string> _prompts = Opt.RequiredText("--prompts", "FILE", "JSONL with prompt, ids or messages a line; line i (from 0) uses seed N + i");
    private readonly Option<string[]?> _strategies = Opt.WordList(
        "--strategies", "A,B,…", $"of {string.Join(", ", DecodingWays.All.Select(static w => w.Name))}; ar is always among them (default: all that suit the model)");

    private readonly Option<int[]?> _batches = Opt.WholeList("--batch", "N,N,…", "texts decoded together (default: 1)", least: 1);
    private readonly Option<int[]?> _contexts = Opt.WholeList(
        "--contexts", "N,N,…", "tokens that prompts are padded to, in front, with their own text over again (default: prompts as they are)", least: 1);

    private readonly Option<int?> _repetitions = Opt.Whole("--repetitions", "N", $"rounds in which the ways take turns (default: {DefaultRepetitions})", least: 1, most: 1000);
    private readonly Option<int[]?> _slots = Opt.WholeList("--slots", "N,N,…", $"token rows of the cost curve (default: {string.Join(',', CostRows)} and K + K²)", least: 1);
    private readonly Option<bool> _noCosts = Opt.Flag("--no-costs", "do not measure the cost curve (some ten seconds)");
    private readonly Option<string?> _out = Opt.Text(
        "--out", "FOLDER", $"gets {ComparisonFolder.PageFile}, {ComparisonFolder.MarkdownFile} and {ComparisonFolder.JsonFile} (default: {DefaultFolder})");

    private readonly Option<string?> _show = Opt.Choice("--show", "the table, or one prompt pass by pass behind it (default: table)", "table", "passes");
    private readonly Option<int?> _shownPrompt = Opt.Whole("--show-prompt", "N", "the prompt whose passes are shown, from 1 (default: 1)", least: 1);
    private readonly Option<string?> _profile = Opt.Profile();
    private readonly DraftModelOption _draft = new();

    private CompareCommand(CommandContext context) => _context = context;

    public static Command Create(CommandContext context)
    {
        CompareCommand compare = new(context);
        Command command = new("compare", "Decode the same prompts in every way that the model can, and put speed, passes, acceptance and equality beside one another (docs/compare.md).")
        {
            compare._prompts, compare._strategies, compare._batches, compare._contexts, compare._repetitions, compare._slots, compare._noCosts, compare._out,
            compare._show, compare._shownPrompt, compare._profile,
        };
        compare._generation.AddTo(command, reports: false, chooses: false);
        compare._draft.AddTo(command);
        compare._model.AddTo(command);
        command.SetAction(compare.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string folder = parsed.GetValue(_out) ?? DefaultFolder;
        ComparisonFolder.Check(folder);
        List<PromptLine> lines = PromptFile.Read(parsed.GetRequiredValue(_prompts), PromptFields.Prompt | PromptFields.Ids | PromptFields.Messages);
        GenerationOptions options = _generation.Read(parsed, _model.Seed(parsed));
        using LoadedModel model = _model.Open(parsed, _context);
        using LoadedModel? draft = _draft.Open(parsed, model, _model.Weights(parsed));
        List<string> notes = [];
        ComparisonRequest request = Request(parsed, model, draft, options, new PromptEncoder(model.Text).Encode(lines), notes);
        foreach (string note in notes)
            _context.Note(note);
        DateTimeOffset date = DateTimeOffset.UtcNow;
        Planner? planner = ModelPlanner.Create(model, options with { Strategy = StrategyKind.Auto }, parsed.GetValue(_profile), _context);
        DraftModel? drafting = draft?.ToDraft();
        ComparisonRunner runner = new(
            request, model.Config, () => new DecodingEngine(model.Transformer, drafting) { Planner = planner }, model.Text.Tokenizer, _context.Cancellation);
        IReadOnlyList<SettingResult> settings = ComparisonProgressView.Follow(_context, runner.Runs, runner.Run);
        ComparisonReport report = new(Header(parsed, model, options, date), request, notes, settings, Costs(parsed, model, options), runner.Show());
        ComparisonFolder.Write(folder, report);
        if (_model.Json(parsed))
            ComparisonView.WriteJson(_context, report);
        else
            ComparisonView.Show(_context, report, folder, passes: parsed.GetValue(_show) == "passes");
        return ExitCode.Done;
    }

    // Everything that can be wrong is found here, before a weight is packed.
    private ComparisonRequest Request(ParseResult parsed, LoadedModel model, LoadedModel? draft, GenerationOptions options, List<EncodedPrompt> prompts, List<string> notes)
    {
        if (options.Stop.Count > 0)
            model.Text.RequireTokenizer();
        WaySelection selection = WaySelection.Of(parsed.GetValue(_strategies) is { Length: > 0 } named ? named : null, options, model.Config, draft is not null);
        WayModel unmeasured = new(model.Config, options.DraftLengthFor(model.Config));
        HashSet<string> warnings = new(StringComparer.Ordinal);
        foreach (EncodedPrompt prompt in prompts)
        {
            foreach (DecodingWay way in selection.Ways)
                warnings.UnionWith(prompt.Guard(() => way.Options(options, unmeasured).Check(model.Config, prompt.Ids, draft?.Config)));
        }

        int shown = parsed.GetValue(_shownPrompt) ?? 1;
        if (shown > prompts.Count)
            throw new CommandLineException($"--show-prompt: expected a number from 1 to {prompts.Count}, found {shown}");
        (IReadOnlyList<int> contexts, IReadOnlyList<string> cut) =
            ComparisonRequest.Clip(parsed.GetValue(_contexts) ?? [], options.ContextLength ?? model.Config.MaxPositions, options.MaxTokens);
        notes.AddRange([.. selection.LeftOut.Select(static l => $"left out: {l.Name} ({l.Reason})"), .. warnings, .. cut]);
        return new ComparisonRequest
        {
            Prompts = [.. prompts.Select(static p => p.Ids)],
            Options = options,
            Selection = selection,
            Batches = parsed.GetValue(_batches) is { Length: > 0 } batches ? [.. batches.Distinct()] : [1],
            Contexts = contexts,
            Repetitions = parsed.GetValue(_repetitions) ?? DefaultRepetitions,
            ShownPrompt = shown - 1,
        };
    }

    private PassCostCurve? Costs(ParseResult parsed, LoadedModel model, GenerationOptions options)
    {
        if (parsed.GetValue(_noCosts))
            return null;
        int k = options.DraftLengthFor(model.Config), positions = model.Config.MaxPositions;
        int[] rows = [.. (parsed.GetValue(_slots) is { Length: > 0 } given ? given : [.. CostRows, k + (k * k)]).Where(n => n < positions)];
        int context = Math.Min(CostContext, positions - rows.DefaultIfEmpty(1).Max());
        return rows.Length == 0 ? null : PassCostCurve.Measure(
            model.Transformer, rows, context, model.Format ?? WeightFormat.Float32, model.KeyOf(k).Threads, repetitions: null, _context.Cancellation);
    }

    private ComparisonHeader Header(ParseResult parsed, LoadedModel model, GenerationOptions options, DateTimeOffset date) => new(
        _model.Name(parsed) ?? ModelLocator.EmbeddedName,
        _model.Adapter(parsed),
        model.ParameterCount,
        model.KeyOf(options.DraftLengthFor(model.Config)),
        date,
        string.Join(' ', parsed.Tokens.Select(static t => Quoted(t.Value)).Prepend("tidar")),
        typeof(ComparisonReport).Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "");

    private static string Quoted(string word) => word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "-_./,=:+".Contains(c)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
