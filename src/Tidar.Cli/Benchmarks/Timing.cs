using System.Diagnostics;

namespace Tidar.Cli.Benchmarks;

/// <summary>How long something took, over its repetitions.</summary>
/// <param name="Median">Seconds.</param>
/// <param name="Best">Seconds.</param>
/// <param name="Repetitions">How often it was measured.</param>
internal readonly record struct Timing(double Median, double Best, int Repetitions)
{
    private const double WarmUpSeconds = 0.25;
    private const double MeasuredSeconds = 1;
    private const int LeastRepetitions = 3;
    private const int MostRepetitions = 2000;

    /// <summary>Runs <paramref name="pass"/> until it is warm, then measures it for about a second, or as often as <paramref name="repetitions"/> says.</summary>
    public static Timing Of(Action pass, int? repetitions, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            pass();
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds && repetitions is null);

        List<double> seconds = [];
        double total = 0;
        while (seconds.Count < (repetitions ?? (total < MeasuredSeconds ? MostRepetitions : LeastRepetitions)))
        {
            cancellation.ThrowIfCancellationRequested();
            start = Stopwatch.GetTimestamp();
            pass();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            total += seconds[^1];
        }

        return Of(seconds);
    }

    /// <summary>Summarizes measured seconds.</summary>
    public static Timing Of(List<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return new Timing((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted.Length);
    }
}
