using Spectre.Console;
using Tidar.Cli.Hosting;
using Tidar.Cli.Output;

namespace Tidar.Cli.Progress;

/// <summary>Shows on a terminal how far the packing of a model's weights is, where that takes longer than a moment; the bar goes when it is done.</summary>
internal static class LoadingView
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    /// <summary>Loads something that reports how many of <paramref name="total"/> weights are done.</summary>
    public static T Follow<T>(CommandContext context, long total, Func<IProgress<long>?, T> load)
    {
        if (!context.ErrorStyle.IsTerminal)
            return load(null);
        Counter counter = new();
        Task<T> loading = Task.Run(() => load(counter));
        if (!EndsWithin(loading, Patience))
        {
            IAnsiConsole console = Tables.Console(context.Error, context.ErrorStyle, interactive: true);
            ProgressColumn[] columns = [new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn()];
            console.Progress().AutoClear(true).Columns(columns).Start(progress =>
            {
                ProgressTask task = progress.AddTask("packing weights", maxValue: total);
                while (!EndsWithin(loading, Refresh))
                    task.Value = counter.Value;
            });
        }

        return loading.GetAwaiter().GetResult();
    }

    // Unlike Task.Wait, leaves a failure to the one who takes the result.
    private static bool EndsWithin(Task task, TimeSpan time) => Task.WaitAny([task], time) == 0;

    private sealed class Counter : IProgress<long>
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Report(long value) => Volatile.Write(ref _value, value);
    }
}
