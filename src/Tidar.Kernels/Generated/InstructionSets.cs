using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Generated;

/// <summary>Instruction sets that the runtime has no intrinsics for, as CPUID reports them.</summary>
internal static class InstructionSets
{
    private const int FeatureLeaf = 7;
    private const int Avx512VnniBit = 11;

    /// <summary>512-bit <c>vpdpbusd</c>.</summary>
    public static bool Avx512Vnni { get; } =
        Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= FeatureLeaf && ((X86Base.CpuId(FeatureLeaf, 0).Ecx >> Avx512VnniBit) & 1) != 0;
}
