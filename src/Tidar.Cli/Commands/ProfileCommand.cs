using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Output;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Planning;
using Tidar.Decoding.Strategies;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar profile</c>: measures what passes of a model cost here, for the planner.</summary>
internal static class ProfileCommand
{
    public static Command Create(CommandContext context)
    {
        ModelOptions model = new(exact: false);
        Option<string?> path = Opt.Text("--out", "FILE", "where to write the profile (default: the user's cache, where mode auto finds it)");
        Option<int?> draftLength = Opt.Whole("--draft-length", "K", "longest draft (default: as trained)", least: 1, most: OutcomeSet.MostOutcomes);
        Command command = new("profile", "Measure what passes of a model cost on this machine; mode auto chooses its steps by it (docs/planner.md).") { path, draftLength };
        model.AddTo(command);
        command.SetAction(parsed =>
        {
            using LoadedModel loaded = model.Open(parsed, context);
            int k = new GenerationOptions { DraftLength = parsed.GetValue(draftLength) }.DraftLengthFor(loaded.Config);
            ProfileKey key = loaded.KeyOf(k);
            PassCosts costs = CostMeasurement.Thorough(loaded.Transformer, k, context.Cancellation);
            CostProfile profile = new(key, DateTimeOffset.UtcNow, costs);
            string file = parsed.GetValue(path) ?? ProfileStore.PathOf(key);
            profile.Write(file);
            if (model.Json(parsed))
                WriteJson(context, profile, file);
            else
                Show(context, profile, file);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteJson(CommandContext context, CostProfile profile, string file) => JsonLine.Write(context.Output, writer =>
    {
        writer.WriteString("path", file);
        profile.WriteFields(writer);
    });

    private static void Show(CommandContext context, CostProfile profile, string file)
    {
        ProfileKey key = profile.Key;
        context.Output.WriteLine($"{key.Processor}, tier {key.Tier}, {key.Threads} threads, weights {key.Weights}{(key.Adapter is null ? "" : ", with adapter")}, K = {key.DraftLength}");
        ContextCosts[] contexts = [.. profile.Costs.Contexts];
        Table table = Tables.Plain(["rows", .. contexts.SelectMany(static c => new[] { $"clean, context {c.Context}: ms", "1 clean, the rest masks: ms" })]);
        foreach (int rows in contexts.SelectMany(static c => c.Clean.Rows.Concat(c.Masked.Rows.Select(static m => m + 1))).Distinct().Order())
            table.Row([rows.ToString(CultureInfo.InvariantCulture), .. contexts.SelectMany(c => new[] { Cell(c.Clean, rows), Cell(c.Masked, rows - 1) })]);
        IAnsiConsole console = Tables.Console(context.Output, context.OutputStyle);
        console.Write(table);
        Table logits = Tables.Plain("rows asked for", "ms on top");
        foreach (int rows in profile.Costs.QuestionCurve.Rows)
            logits.Row(rows.ToString(CultureInfo.InvariantCulture), Cell(profile.Costs.QuestionCurve, rows));
        console.Write(logits);
        context.Output.WriteLine(file);
    }

    private static string Cell(CostCurve curve, int rows) =>
        curve.Rows.Contains(rows) ? (1000 * curve.At(rows)).ToString("F3", CultureInfo.InvariantCulture) : "";
}
