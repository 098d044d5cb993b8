using Tidar.Kernels.Matrices;

namespace Tidar.Kernels;

/// <summary>What this machine's processor offers and which kernel tier is in use.</summary>
public static class Processor
{
    /// <summary>Environment variable that forces a tier: <c>amx</c>, <c>avx512</c>, <c>avx2</c> or <c>portable</c>.</summary>
    public const string TierVariable = "TIDAR_KERNEL";

    private static readonly MachineFacts Facts = MachineFacts.Detect();
    private static readonly (KernelTier Tier, string? Note) Chosen = Choose(Environment.GetEnvironmentVariable(TierVariable), Facts.Best);

    /// <summary>The fastest tier this machine can run.</summary>
    public static KernelTier Best => Facts.Best;

    /// <summary>The tier in use: <see cref="Best"/> unless <see cref="TierVariable"/> names a lower one.</summary>
    public static KernelTier Tier { get; internal set; } = Chosen.Tier;

    /// <summary>Every tier that this machine can run, for tests that compare them.</summary>
    public static IEnumerable<KernelTier> Available => Enum.GetValues<KernelTier>().Where(t => t <= Best);

    /// <summary>What the machine lacks or refuses and what <see cref="TierVariable"/> asked for in vain, a sentence each.</summary>
    public static IReadOnlyList<string> Notes { get; } = [.. Facts.Notes(), .. Chosen.Note is { } note ? [note] : Array.Empty<string>()];

    /// <summary>The instructions that int8 products use now, e.g. "tdpbsud" or "vpdpbusd 512".</summary>
    public static string Int8Instructions => Int8Tile.Instruction switch
    {
        Int8Instruction.Tiles => "tdpbsud",
        Int8Instruction.Vnni512 => "vpdpbusd 512",
        Int8Instruction.AvxVnni => "AVX-VNNI",
        Int8Instruction.Avx2 => "AVX2",
        _ => "portable",
    };

    /// <summary>The instructions that bfloat16 × bfloat16 products use now, e.g. "tdpbf16ps" or "vdpbf16ps 512".</summary>
    public static string BFloat16Instructions => BFloat16Operand.Instructions;

    /// <summary>The processor's name as the operating system gives it.</summary>
    public static string Name { get; } = ReadName();

    /// <summary>The tier of float kernels: tiles have no part in them.</summary>
    internal static KernelTier VectorTier => Tier > KernelTier.Avx512 ? KernelTier.Avx512 : Tier;

    // A tier that the machine lacks falls to the best it has; a name that means nothing is ignored in the same way. Both are said.
    internal static (KernelTier Tier, string? Note) Choose(string? requested, KernelTier best)
    {
        if (string.IsNullOrEmpty(requested))
            return (best, null);
        string used = best.ToString().ToLowerInvariant();
        if (!Enum.TryParse(requested, ignoreCase: true, out KernelTier tier) || !string.Equals(tier.ToString(), requested, StringComparison.OrdinalIgnoreCase))
            return (best, $"{TierVariable}={requested}: no such tier (amx, avx512, avx2, portable), {used} is used");
        return tier > best ? (best, $"{TierVariable}={requested}: this machine lacks it, {used} is used") : (tier, null);
    }

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
