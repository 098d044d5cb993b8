using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Models;
using Tidar.Cli.Options;
using Tidar.Cli.Progress;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;
using Tidar.Models.Weights;
using Tidar.Training;
using Tidar.Training.Adapters;
using Tidar.Training.Recipes;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar adapt</c>: trains an adapter for mask rows; the model stays as it is.</summary>
internal static class AdaptCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string> config = Opt.RequiredText("--config", "FILE.yaml", "the recipe (docs/adapters.md)");
        Option<string?> model = Opt.Text("--model", "PATH|NAME", "the base model (default: the recipe's)");
        Option<string?> weights = WeightsOption.Create("exactly as stored; clean tokens run with them, masks in the recipe's precision");
        Option<bool> resume = Opt.Flag("--resume", "go on from the last checkpoint in the recipe's output folder");
        Option<int?> threads = Opt.Threads();
        Option<bool> json = Opt.Json();
        Command command = new("adapt", "Train an adapter that makes a model draft several tokens at once, without changing its text.")
        {
            config, model, weights, resume, threads, json,
        };
        command.SetAction(parsed =>
        {
            RankedCommand.RequireAlone("adapt");
            return Train(
                context,
                AdapterRecipeReader.Read(parsed.GetRequiredValue(config)),
                parsed.GetValue(model),
                WeightsOption.Format(parsed.GetValue(weights)),
                parsed.GetValue(threads),
                parsed.GetValue(resume),
                parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Runs a recipe to its end.</summary>
    /// <param name="context">Where to report.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="model">The base model; null for the recipe's.</param>
    /// <param name="weights">Format of the weights that clean tokens run with; null keeps the stored values.</param>
    /// <param name="threads">Threads; null for all processors.</param>
    /// <param name="resume">Whether to go on from the last checkpoint.</param>
    /// <param name="json">Whether standard output holds JSON only.</param>
    /// <returns>The exit code.</returns>
    public static int Train(CommandContext context, AdapterRecipe recipe, string? model, WeightFormat? weights, int? threads, bool resume, bool json)
    {
        using WorkerTeam team = new(threads ?? Environment.ProcessorCount);
        using Checkpoint checkpoint = Checkpoint.Open(ModelLocator.Find(model ?? recipe.Model));
        using AdapterTrainer trainer = AdapterTrainer.Create(recipe, checkpoint, team, weights, resume);
        return Run(context, recipe, trainer, team, json);
    }

    private static int Run(CommandContext context, AdapterRecipe recipe, AdapterTrainer trainer, WorkerTeam team, bool json)
    {
        TrainingReport report = new(context, json);
        TrainingProgress? last = report.Follow(
            $"{TrainingReport.Count(trainer.ParameterCount)} trained parameters",
            $"{team.Threads} threads",
            recipe,
            trainer.Step,
            new TrainingProgressView(report.Writer, report.Style, "rows"),
            progress => trainer.Run(progress, context.Cancellation));
        report.Finish("adapter", trainer.Step, last, trainer.AdapterFolder);
        return ExitCode.Done;
    }
}
