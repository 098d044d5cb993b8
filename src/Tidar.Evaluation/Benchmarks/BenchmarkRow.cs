using Tidar.Kernels.Matrices;

namespace Tidar.Evaluation.Benchmarks;

/// <summary>One measured piece of work.</summary>
/// <param name="Slots">Token rows: of the pass, of the prompt, or 1 for decoding.</param>
/// <param name="Timing">How long it took.</param>
/// <param name="Cost">What it had to read and compute.</param>
public sealed record BenchmarkRow(int Slots, Timing Timing, PassCost Cost)
{
    /// <summary>The rounds it was measured in.</summary>
    public required IReadOnlyList<MeasuredRound> Rounds { get; init; }

    /// <summary>What the machine's limits allow at best, in seconds; set by <see cref="Beside"/>.</summary>
    public double RooflineSeconds { get; private init; }

    /// <summary>Whether memory is that limit.</summary>
    public bool MemoryBound { get; private init; }

    /// <summary>Rows whose logits were asked for; null where that is no choice.</summary>
    public int? Logits { get; init; }

    /// <summary>Median time as a multiple of one slot's; null where one slot was not measured.</summary>
    public double? RelativeCost { get; init; }

    /// <summary>Tokens per second; null where a pass gives no fixed number of them.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Bytes of managed memory allocated per token; null where it was not measured.</summary>
    public double? AllocatedBytesPerToken { get; init; }

    /// <summary>Part of the roofline's speed that was reached: median over the rounds, each beside the bandwidth of its own moment. Set by <see cref="Beside"/>.</summary>
    public double RooflineShare { get; private init; }

    /// <summary>Part of the roofline's speed that the best pass reached, beside the best limits of the whole run.</summary>
    public double BestRooflineShare => RooflineSeconds / Timing.Best;

    /// <summary>The row beside what the machine allows.</summary>
    /// <param name="limits">The best of the run.</param>
    /// <param name="format">Format of the weights.</param>
    public BenchmarkRow Beside(MachineLimits limits, WeightFormat format) => this with
    {
        RooflineSeconds = limits.Roofline(Cost, format),
        MemoryBound = limits.IsMemoryBound(Cost, format),
        RooflineShare = Timing.Of([.. Rounds.Select(r => (limits with { ReadBytes = r.ReadBytes }).Roofline(Cost, format) / r.Seconds)]).Median,
    };
}
