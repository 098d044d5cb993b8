using System.Diagnostics;
using Tidar.Kernels;

namespace Tidar.Evaluation.Benchmarks;

/// <summary>Measures passes in rounds, each behind a short measurement of memory bandwidth, which changes from moment to moment on a shared machine; the processor's peaks before and after all.</summary>
public sealed class Meter : IDisposable
{
    private const double WarmUpSeconds = 0.25;
    private const double RoundSeconds = 0.1;
    private const int Rounds = 9;
    private const int RoundsOfSlowPasses = 3;
    private const double SlowSeconds = 0.4;

    private readonly MemoryProbe _probe;
    private readonly MachineLimits _first;
    private readonly CancellationToken _cancellation;
    private double _bandwidth;

    /// <summary>Measures the machine once.</summary>
    public Meter(int threads, CancellationToken cancellation)
    {
        _first = MachineLimits.Measure(threads);
        _bandwidth = _first.ReadBytes;
        _probe = new MemoryProbe(threads);
        _cancellation = cancellation;
    }

    /// <summary>The best of each limit: of the measurements before, between and after.</summary>
    public MachineLimits Finish() => MachineLimits.Best(_first with { ReadBytes = _bandwidth }, MachineLimits.Measure(_first.Threads));

    /// <summary>Runs <paramref name="pass"/> until it is warm, then in rounds of about a tenth of a second, or once a round <paramref name="repetitions"/> times.</summary>
    /// <returns>All times, and the rounds.</returns>
    public (Timing Timing, List<MeasuredRound> Rounds) Measure(Action pass, int? repetitions)
    {
        long start = Stopwatch.GetTimestamp();
        double last;
        do
        {
            last = Time(pass);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds && repetitions is null);

        List<double> all = [], round = [];
        List<MeasuredRound> rounds = [];
        int count = repetitions ?? (last > SlowSeconds ? RoundsOfSlowPasses : Rounds);
        for (int i = 0; i < count; i++)
        {
            double bandwidth = Sample();
            round.Clear();
            double total = 0;
            do
            {
                round.Add(Time(pass));
                total += round[^1];
            }
            while (total < RoundSeconds && repetitions is null);

            rounds.Add(new MeasuredRound(bandwidth, Timing.Of(round).Median));
            all.AddRange(round);
        }

        return (Timing.Of(all), rounds);
    }

    /// <summary>Memory bandwidth of the moment, in bytes per second.</summary>
    public double Sample()
    {
        double bandwidth = _probe.Sample();
        _bandwidth = Math.Max(_bandwidth, bandwidth);
        return bandwidth;
    }

    /// <inheritdoc/>
    public void Dispose() => _probe.Dispose();

    private double Time(Action pass)
    {
        _cancellation.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        pass();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
