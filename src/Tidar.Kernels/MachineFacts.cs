using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tidar.Kernels.Generated;

namespace Tidar.Kernels;

/// <summary>What decides the best tier.</summary>
/// <param name="Vectors256">256-bit vectors with fused multiply-add.</param>
/// <param name="Vectors512">512-bit vectors.</param>
/// <param name="Tiles">AMX with int8 and bfloat16 products.</param>
/// <param name="TilePermission">Whether the system lets this process use tiles; null where we know no way to ask.</param>
/// <param name="ExecutableMemory">Whether the system lets this process run code that it assembled.</param>
internal readonly record struct MachineFacts(bool Vectors256, bool Vectors512, bool Tiles, bool? TilePermission, bool ExecutableMemory)
{
    /// <summary>Asks the processor and the system.</summary>
    public static MachineFacts Detect() => new(
        Vector256.IsHardwareAccelerated && Fma.IsSupported,
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported,
        InstructionSets.Amx,
        InstructionSets.Amx ? Generated.TilePermission.Request() : null,
        Generated.ExecutableMemory.Allowed);

    /// <summary>The fastest tier.</summary>
    public KernelTier Best =>
        !Vectors512 ? (Vectors256 ? KernelTier.Avx2 : KernelTier.Portable)
        : Tiles && TilePermission == true && ExecutableMemory ? KernelTier.Amx
        : KernelTier.Avx512;

    /// <summary>What the machine lacks or refuses, a sentence each.</summary>
    public IEnumerable<string> Notes()
    {
        if (!Vectors512)
            yield return "AVX-512: the processor or the runtime lacks it";
        if (!Tiles)
            yield return "AMX: the processor lacks it";
        else if (TilePermission is null)
            yield return "AMX: asking this system for permission is not supported, only Linux is";
        else if (TilePermission == false)
            yield return "AMX: the system refused permission";
        if (!ExecutableMemory)
            yield return "generated code: no executable memory, intrinsics are used";
    }
}
