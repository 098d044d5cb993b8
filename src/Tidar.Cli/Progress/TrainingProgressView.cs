using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;
using Tidar.Training;

namespace Tidar.Cli.Progress;

/// <summary>Shows a run while it goes: a bar that renews itself on a terminal, a line every few seconds elsewhere.</summary>
/// <param name="writer">Where to.</param>
/// <param name="style">What can be shown there.</param>
/// <param name="unit">What is counted as trained on.</param>
internal sealed class TrainingProgressView(TextWriter writer, TerminalStyle style, string unit = "tokens")
{
    private const int WideTerminal = 120;
    private const int BarWidth = 24;

    // How far a held-out loss may lie above its lowest before that is said.
    private const double RiseToMention = 0.02;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    private (double Loss, int Step)? _lowest;

    /// <summary>Runs a training, which reports its steps to the callback that it is given.</summary>
    public TrainingProgress? Follow(int steps, int done, Func<Action<TrainingProgress>, TrainingProgress?> run) =>
        style.IsTerminal ? FollowWithBar(steps, done, run) : FollowWithLines(run);

    private TrainingProgress? FollowWithBar(int steps, int done, Func<Action<TrainingProgress>, TrainingProgress?> run)
    {
        IAnsiConsole console = Tables.Console(writer, style, interactive: true);
        TaskDescriptionColumn figures = new() { Alignment = Justify.Left };
        // The figures come first where there is no room for both.
        ProgressColumn[] columns = style.Width < WideTerminal ? [figures] : [new ProgressBarColumn { Width = BarWidth }, figures];
        return console.Progress().AutoClear(false).Columns(columns).Start(context =>
        {
            ProgressTask task = context.AddTask($"step {done}/{steps}", maxValue: steps);
            task.Value = done;
            return run(progress =>
            {
                task.Value = progress.Step;
                task.Description = Markup.Escape($"step {Describe(progress)}");
                if (progress.Evaluation is not null)
                    console.WriteLine($"step {progress.Step}: {DescribeEvaluation(progress)}");
            });
        });
    }

    private TrainingProgress? FollowWithLines(Func<Action<TrainingProgress>, TrainingProgress?> run)
    {
        Stopwatch quiet = Stopwatch.StartNew();
        return run(progress =>
        {
            bool special = progress.Step == 1 || progress.Step == progress.Steps || progress.Evaluation is not null;
            if (!special && quiet.Elapsed < LineInterval)
                return;
            quiet.Restart();
            string evaluation = progress.Evaluation is null ? "" : $", {DescribeEvaluation(progress)}";
            writer.WriteLine($"step {Describe(progress)}{evaluation}");
            writer.Flush();
        });
    }

    private string Describe(TrainingProgress progress)
    {
        string losses = Losses(progress.AutoregressiveLoss, progress.DiffusionLoss);
        return $"{progress.Step}/{progress.Steps}: loss {progress.Loss:F4} ({losses}), {progress.TokensPerSecond:F0} {unit}/s, {TimeLeft(progress)}";
    }

    private string DescribeEvaluation(TrainingProgress progress)
    {
        string losses = $"held-out {Losses(progress.Evaluation!.Value.AutoregressiveMean, progress.Evaluation.Value.DiffusionMean)}";
        string drafts = progress.Drafts is { } reached ? $", tokens a pass: {Tokens(reached)}" : "";
        string plain = progress.PlainDrafts is { } without ? $" (without selector {Tokens(without)}" : "";
        return $"{losses}{drafts}{plain}{(progress.BestDrafts is { } best ? $"; best possible {Tokens(best)})" : "")}{Rise(progress)}";
    }

    // A held-out loss that rises says that the text is being learned by heart: more of it helps then, more steps do not.
    private string Rise(TrainingProgress progress)
    {
        double loss = progress.Evaluation!.Value.AutoregressiveMean + progress.Evaluation.Value.DiffusionMean;
        if (_lowest is not { } lowest || loss < lowest.Loss)
            _lowest = lowest = (loss, progress.Step);
        return loss > lowest.Loss * (1 + RiseToMention) ? string.Create(CultureInfo.InvariantCulture, $"; held-out loss was {lowest.Loss:F4} at step {lowest.Step}: more text would help more than more steps") : "";
    }

    private static string Tokens(DraftEvaluation drafts) => $"{drafts.FusedTokensPerPass:F3} fused, {drafts.TwoPassTokensPerPass:F3} two-pass";

    // An adapter leaves the AR half as it is: there is no such loss.
    private static string Losses(double autoregressive, double diffusion) =>
        autoregressive == 0 ? $"diff {diffusion:F4}" : $"ar {autoregressive:F4}, diff {diffusion:F4}";

    private static string TimeLeft(TrainingProgress progress)
    {
        TimeSpan left = progress.Remaining;
        return left.TotalDays >= 1 ? $"{(int)left.TotalDays} d {left:hh\\:mm} left" : $"{left:hh\\:mm\\:ss} left";
    }
}
