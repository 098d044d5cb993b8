namespace Tidar.Kernels;

/// <summary>The instruction sets a kernel may use, slowest first. All tiers give the same bits, except bfloat16 × bfloat16 products (training).</summary>
public enum KernelTier
{
    /// <summary>128-bit vectors of whatever processor .NET runs on.</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,

    /// <summary>512-bit vectors, and tiles (Intel AMX) for int8 and bfloat16 products.</summary>
    Amx,
}
