using System.Diagnostics;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;

namespace Tidar.Cli.Comparisons;

/// <summary>A bar on a terminal with the time that is left. It is drawn between runs alone: a bar that moved by itself would take time from what is measured.</summary>
internal static class ComparisonProgressView
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs something that tells how many runs are done.</summary>
    public static T Follow<T>(CommandContext context, int total, Func<Action<int>?, T> run)
    {
        if (!context.ErrorStyle.IsTerminal)
            return run(null);
        Stopwatch clock = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        IAnsiConsole console = Tables.Console(context.Error, context.ErrorStyle, interactive: true);
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn()];
        return console.Progress().AutoRefresh(false).AutoClear(true).Columns(columns).Start(progress =>
        {
            ProgressTask task = progress.AddTask("comparing", maxValue: total);
            progress.Refresh();
            return run(done =>
            {
                if (quiet.Elapsed < Interval && done < total)
                    return;
                quiet.Restart();
                TimeSpan left = clock.Elapsed * ((double)(total - done) / done);
                task.Value = done;
                task.Description = $"comparing: {done} of {total} runs, about {left:hh\\:mm\\:ss} left";
                progress.Refresh();
            });
        });
    }
}
