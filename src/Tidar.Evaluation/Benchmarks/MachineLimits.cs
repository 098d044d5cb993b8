using Tidar.Kernels;
using Tidar.Kernels.Matrices;

namespace Tidar.Evaluation.Benchmarks;

/// <summary>What a machine can do at most with a number of threads, measured (<see cref="MachinePeak"/>).</summary>
/// <param name="Threads">The threads.</param>
/// <param name="Int8">int8 operations per second.</param>
/// <param name="BFloat16">bfloat16 operations per second.</param>
/// <param name="Float32">float32 operations per second.</param>
/// <param name="ReadBytes">Bytes per second read from memory.</param>
public sealed record MachineLimits(int Threads, double Int8, double BFloat16, double Float32, double ReadBytes)
{
    private const double Tera = 1e12;
    private const double Giga = 1e9;

    /// <summary>The int8 peak in units of 10^12 operations per second.</summary>
    public double Int8Tops => Int8 / Tera;

    /// <summary>The bfloat16 peak in units of 10^12 operations per second.</summary>
    public double BFloat16Tops => BFloat16 / Tera;

    /// <summary>The float32 peak in units of 10^12 operations per second.</summary>
    public double Float32Tops => Float32 / Tera;

    /// <summary>The memory bandwidth in units of 10^9 bytes per second.</summary>
    public double BandwidthGbs => ReadBytes / Giga;

    /// <summary>Measures the tier in use; takes about a second.</summary>
    public static MachineLimits Measure(int threads) => new(
        threads,
        MachinePeak.Int8OperationsPerSecond(threads),
        MachinePeak.BFloat16OperationsPerSecond(threads),
        MachinePeak.Float32OperationsPerSecond(threads),
        MachinePeak.ReadBytesPerSecond(threads));

    /// <summary>The better of two measurements in each: other work on the machine can only make them worse.</summary>
    public static MachineLimits Best(MachineLimits a, MachineLimits b) => new(
        a.Threads, Math.Max(a.Int8, b.Int8), Math.Max(a.BFloat16, b.BFloat16), Math.Max(a.Float32, b.Float32), Math.Max(a.ReadBytes, b.ReadBytes));

    /// <summary>
    /// The peak of the arithmetic that linear layers with such weights use: int8 dot products for int8, float32 multiply-adds for weights that are
    /// widened to float32 in the register.
    /// </summary>
    public double LinearPeak(WeightFormat format) => format is WeightFormat.Float32 or WeightFormat.BFloat16 ? Float32 : Int8;

    /// <summary>Seconds below which no program can do that work here: max(bytes / bandwidth, Σ operations / peak of their kind); attention is float32.</summary>
    public double Roofline(PassCost cost, WeightFormat format) => Math.Max(MemorySeconds(cost), ArithmeticSeconds(cost, format));

    /// <summary>Whether memory is the limit for that work; arithmetic is otherwise.</summary>
    public bool IsMemoryBound(PassCost cost, WeightFormat format) => MemorySeconds(cost) >= ArithmeticSeconds(cost, format);

    /// <summary>Seconds that memory alone takes for that work.</summary>
    public double MemorySeconds(PassCost cost) => cost.Bytes / ReadBytes;

    /// <summary>Seconds that arithmetic alone takes for that work.</summary>
    public double ArithmeticSeconds(PassCost cost, WeightFormat format) =>
        (cost.LinearOperations / LinearPeak(format)) + (cost.AttentionOperations / Float32);
}
