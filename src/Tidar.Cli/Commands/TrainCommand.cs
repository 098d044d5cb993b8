using System.CommandLine;
using Tidar.Cli.Hosting;
using Tidar.Cli.Options;
using Tidar.Cli.Progress;
using Tidar.Kernels.Collectives;
using Tidar.Kernels.Threading;
using Tidar.Training;
using Tidar.Training.Distributed;
using Tidar.Training.Recipes;

namespace Tidar.Cli.Commands;

/// <summary><c>tidar train</c>: runs a recipe.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string> config = Opt.RequiredText("--config", "FILE.yaml", "the recipe (docs/training.md)");
        Option<bool> resume = Opt.Flag("--resume", "go on from the last checkpoint in the recipe's output folder");
        Option<int?> threads = Opt.Threads();
        Option<bool> json = Opt.Json();
        Command command = new("train", "Train a model as a recipe says; metrics go to metrics.jsonl in its output folder.") { config, resume, threads, json };
        command.SetAction(parsed => RankedCommand.Run(context, (own, ranks) =>
        {
            using WorkerTeam team = new(parsed.GetValue(threads) ?? MpiEnvironment.Threads);
            Recipe recipe = ranks.Together(() => RecipeReader.Read(parsed.GetRequiredValue(config)));
            return Run(own, ranks, recipe, team, parsed.GetValue(resume), parsed.GetValue(json));
        }));
        return command;
    }

    private static int Run(CommandContext context, ICollectives ranks, Recipe recipe, WorkerTeam team, bool resume, bool json)
    {
        TrainingReport report = new(context, json);
        using Trainer trainer = Trainer.Create(recipe, team, resume, ranks);
        string workers = ranks.Size == 1 ? $"{team.Threads} threads" : $"{ranks.Size} ranks of {team.Threads} threads";
        TrainingProgress? last = report.Follow(
            $"{TrainingReport.Count(trainer.ParameterCount)} parameters",
            workers,
            recipe,
            trainer.Step,
            new TrainingProgressView(report.Writer, report.Style),
            progress => trainer.Run(progress, context.Cancellation));
        if (ranks.Rank == 0)
            report.Finish("model", trainer.Step, last, trainer.ModelFolder);
        return ExitCode.Done;
    }
}
