using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Generated;

/// <summary>Instruction sets that the runtime has no intrinsics for, as CPUID reports them.</summary>
internal static class InstructionSets
{
    private const int FeatureLeaf = 7;
    private const int Avx512VnniBit = 11;
    private const int Avx512BFloat16Bit = 5;

    // AMX-BF16, AMX-TILE, AMX-INT8.
    private const int AmxBits = (1 << 22) | (1 << 24) | (1 << 25);

    /// <summary>512-bit <c>vpdpbusd</c>.</summary>
    public static bool Avx512Vnni { get; } = HasFeatureLeaf && ((X86Base.CpuId(FeatureLeaf, 0).Ecx >> Avx512VnniBit) & 1) != 0;

    /// <summary>512-bit <c>vdpbf16ps</c> and conversions to bfloat16.</summary>
    public static bool Avx512BFloat16 { get; } =
        HasFeatureLeaf && X86Base.CpuId(FeatureLeaf, 0).Eax >= 1 && ((X86Base.CpuId(FeatureLeaf, 1).Eax >> Avx512BFloat16Bit) & 1) != 0;

    /// <summary>
    /// Whether <see cref="Avx512BFloat16"/> outruns float32: Zen's does twice the operations of its float32 multiply-adds; Intel's does half of them (measured, Emerald Rapids: 0.086 and 0.177 TFLOP/s
    /// a core), as its place there is in tiles.
    /// </summary>
    public static bool FastBFloat16Vectors { get; } = Avx512BFloat16 && !IsIntel;

    /// <summary>Tiles with int8 and bfloat16 products.</summary>
    public static bool Amx { get; } = HasFeatureLeaf && (X86Base.CpuId(FeatureLeaf, 0).Edx & AmxBits) == AmxBits;

    // "GenuineIntel", as CPUID spells it in three registers.
    private static bool IsIntel => X86Base.IsSupported && X86Base.CpuId(0, 0) is (_, 0x756E6547, 0x6C65746E, 0x49656E69);

    private static bool HasFeatureLeaf => Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= FeatureLeaf;
}
