using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Progress;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Adapters;
using Tidar.Models.Weights;
using Tidar.Training;
using Tidar.Training.Recipes;
using Tidar.Training.Selectors;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar selector</c>: trains a path selector for a model that drafts; model and adapter stay as they are.</summary>
internal static class SelectorCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string> config = Opt.RequiredText("--config", "FILE.yaml", "the recipe (docs/selector.md)");
        Option<string?> model = Opt.Text("--model", "PATH|NAME", "the model (default: the recipe's)");
        Option<string?> adapter = Opt.Text("--adapter", "PATH|NAME", "its adapter, which gets the selector (default: the recipe's; without one the model's folder gets it)");
        Option<string?> weights = WeightsOption.Create("as generate takes them: int8; int4 for a 4-bit file; exactly as stored below a million parameters");
        Option<bool> resume = Opt.Flag("--resume", "go on from the last checkpoint in the recipe's output folder");
        Option<int?> threads = Opt.Threads();
        Option<bool> json = Opt.Json();
        Command command = new("selector", "Train a path selector, which chooses among the candidates of a draft: more tokens a pass, the same text.")
        {
            config, model, adapter, weights, resume, threads, json,
        };
        command.SetAction(parsed =>
        {
            SelectorRecipe recipe = SelectorRecipeReader.Read(parsed.GetRequiredValue(config));
            using WorkerTeam team = new(parsed.GetValue(threads) ?? Environment.ProcessorCount);
            using Checkpoint checkpoint = Checkpoint.Open(ModelLocator.Find(parsed.GetValue(model) ?? recipe.Model));
            MaskAdapter? drafting = (parsed.GetValue(adapter) ?? recipe.Adapter) is { } named ? MaskAdapter.Read(ModelLocator.FindAdapter(named), checkpoint.Config) : null;
            return Run(context, recipe, checkpoint, drafting, team, WeightsOption.Format(parsed.GetValue(weights)), parsed.GetValue(resume), parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(
        CommandContext context, SelectorRecipe recipe, Checkpoint checkpoint, MaskAdapter? adapter, WorkerTeam team, WeightFormat? format, bool resume, bool json)
    {
        TrainingReport report = new(context, json);
        using SelectorTrainer trainer = CollectionView.Follow(report.Writer, report.Style, collected => SelectorTrainer.Create(
            recipe, checkpoint, adapter, team, format, resume, collected, context.Cancellation));
        TrainingProgress? last = report.Follow(
            $"{TrainingReport.Count(trainer.ParameterCount)} trained parameters",
            $"{team.Threads} threads",
            recipe,
            trainer.Step,
            new TrainingProgressView(report.Writer, report.Style, "slots"),
            progress => trainer.Run(progress, context.Cancellation));
        report.Finish("selector", trainer.Step, last, trainer.Folder);
        return ExitCode.Done;
    }
}
