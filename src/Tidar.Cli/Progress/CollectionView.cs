using System.Diagnostics;
using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;

namespace Tidar.Cli.Progress;

/// <summary>Shows how far the drafting of blocks is: a bar on a terminal, a line every ten seconds elsewhere.</summary>
internal static class CollectionView
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Runs something that reports how many blocks of how many are drafted.</summary>
    public static T Follow<T>(TextWriter writer, TerminalStyle style, Func<Action<int, int>, T> run)
    {
        Stopwatch clock = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        if (!style.IsTerminal)
        {
            return run((done, total) =>
            {
                if (quiet.Elapsed < LineInterval && done < total)
                    return;
                quiet.Restart();
                writer.WriteLine(Describe(done, total, clock.Elapsed));
                writer.Flush();
            });
        }

        IAnsiConsole console = Tables.Console(writer, style, interactive: true);
        ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn()];
        return console.Progress().AutoClear(true).Columns(columns).Start(progress =>
        {
            ProgressTask task = progress.AddTask("drafting blocks");
            return run((done, total) =>
            {
                (task.MaxValue, task.Value) = (total, done);
                task.Description = Describe(done, total, clock.Elapsed);
            });
        });
    }

    private static string Describe(int done, int total, TimeSpan elapsed)
    {
        double speed = done / Math.Max(1e-3, elapsed.TotalSeconds);
        TimeSpan left = TimeSpan.FromSeconds(Math.Min(1e9, (total - done) / Math.Max(1e-3, speed)));
        return $"drafting blocks: {done} of {total}, {speed:F0} a second, {left:hh\\:mm\\:ss} left";
    }
}
