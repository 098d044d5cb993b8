using Tidar.Decoding.Planning;
using Tidar.Evaluation.Benchmarks;
using Tidar.Kernels.Matrices;
using Tidar.Models.Transformers;

namespace Tidar.Evaluation.Comparison;

/// <summary>What a pass over clean rows costs beside the machine's limits (docs/roofline.md).</summary>
/// <param name="Context">Tokens in the cache before the rows.</param>
/// <param name="Limits">The limits, measured in the same run.</param>
/// <param name="Points">By rising rows.</param>
public sealed record PassCostCurve(int Context, MachineLimits Limits, IReadOnlyList<PassCostPoint> Points)
{
    // A decoding step asks for few of its rows' logits.
    private const int MostLogits = 16;

    /// <summary>Measures it; about a second and a half a point.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows of the passes.</param>
    /// <param name="context">Tokens in the cache before.</param>
    /// <param name="format">Format of the weights.</param>
    /// <param name="threads">Threads that the model runs with.</param>
    /// <param name="repetitions">Passes of a point; null for about a second of them.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two passes.</exception>
    public static PassCostCurve Measure(
        Transformer model, IEnumerable<int> rows, int context, WeightFormat format, int threads, int? repetitions, CancellationToken cancellation)
    {
        using Meter meter = new(threads, cancellation);
        ModelBenchmark benchmark = new(model, meter, cancellation);
        IEnumerable<StepLayout> layouts = rows.Distinct().Order().Select(static n => StepLayout.Chain(n, Math.Min(n, MostLogits)));
        List<BenchmarkRow> measured = [.. benchmark.Steps(layouts, context, repetitions)];
        MachineLimits limits = meter.Finish();
        return new PassCostCurve(
            context,
            limits,
            [.. measured.Select(r => new PassCostPoint(r.Slots, r.Timing.Median, r.Timing.Best, limits.MemorySeconds(r.Cost), limits.ArithmeticSeconds(r.Cost, format)))]);
    }
}
