using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels;

/// <summary>What this machine's processor offers and which kernel tier is in use.</summary>
public static class Processor
{
    /// <summary>Environment variable that forces a tier: <c>avx512</c>, <c>avx2</c> or <c>portable</c>.</summary>
    public const string TierVariable = "TIDAR_KERNEL";

    /// <summary>The fastest tier this machine can run.</summary>
    public static KernelTier Best { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? KernelTier.Avx512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? KernelTier.Avx2
        : KernelTier.Portable;

    /// <summary>The tier in use: <see cref="Best"/> unless <see cref="TierVariable"/> names a lower one.</summary>
    public static KernelTier Tier { get; internal set; } = Choose(Environment.GetEnvironmentVariable(TierVariable));

    /// <summary>Every tier that this machine can run, for tests that compare them.</summary>
    public static IEnumerable<KernelTier> Available => Enum.GetValues<KernelTier>().Where(t => t <= Best);

    /// <summary>The processor's name as the operating system gives it.</summary>
    public static string Name { get; } = ReadName();

    // A tier that the machine lacks falls to the best it has; a name that means nothing is ignored in the same way.
    internal static KernelTier Choose(string? requested) =>
        Enum.TryParse(requested, ignoreCase: true, out KernelTier tier) && Enum.IsDefined(tier) && tier < Best ? tier : Best;

    private static string ReadName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        try
        {
            if (File.Exists(CpuInfo))
            {
                foreach (string line in File.ReadLines(CpuInfo))
                {
                    if (line.StartsWith("model name", StringComparison.Ordinal))
                        return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }
            }
        }
        catch (IOException)
        {
            // Only a label: fall through to what the runtime knows.
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}
