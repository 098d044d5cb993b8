using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Generated;

/// <summary>Instruction sets that the runtime has no intrinsics for, as CPUID reports them.</summary>
internal static class InstructionSets
{
    private const int FeatureLeaf = 7;

    /// <summary>512-bit <c>vpdpbusd</c>.</summary>
    public static bool Avx512Vnni { get; } = Avx512F.IsSupported && Bit(Leaf(0).Ecx, 11);

    /// <summary>512-bit <c>vdpbf16ps</c>.</summary>
    public static bool Avx512BFloat16 { get; } = Avx512F.IsSupported && Bit(Leaf(1).Eax, 5);

    /// <summary>Tile registers with int8 and bfloat16 products, as the processor has them; the operating system must grant their use besides.</summary>
    public static bool AmxInProcessor { get; } = Bit(Leaf(0).Edx, 22) && Bit(Leaf(0).Edx, 24) && Bit(Leaf(0).Edx, 25);

    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf(int subLeaf) =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= FeatureLeaf && (subLeaf == 0 || X86Base.CpuId(FeatureLeaf, 0).Eax >= subLeaf)
            ? X86Base.CpuId(FeatureLeaf, subLeaf)
            : default;

    private static bool Bit(int register, int bit) => ((register >> bit) & 1) != 0;
}
