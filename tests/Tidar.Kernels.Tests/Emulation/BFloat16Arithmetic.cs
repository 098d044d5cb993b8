using static System.BitConverter;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>bfloat16 instructions: they take denormals for zero, flush denormal results to zero, round to nearest even and ignore MXCSR (SDM, VDPBF16PS and TDPBF16PS).</summary>
internal static class BFloat16Arithmetic
{
    private const uint Sign = 0x8000_0000;
    private const uint Exponent = 0x7F80_0000;
    private const uint Mantissa = 0x007F_FFFF;

    /// <summary>VCVTNEPS2BF16 on bits (SDM, convert_fp32_to_bfloat16): denormals become zero, NaN becomes quiet, the rest rounds to nearest even.</summary>
    public static void Round(ReadOnlySpan<uint> source, Span<ushort> target)
    {
        for (int i = 0; i < source.Length; i++)
        {
            uint bits = source[i];
            target[i] = (bits & Exponent) == 0 ? (ushort)((bits & Sign) >> 16)
                : (bits & ~Sign) > Exponent ? (ushort)((bits >> 16) | 0x40)
                : (bits & ~Sign) == Exponent ? (ushort)(bits >> 16)
                : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    /// <summary>VDPBF16PS of one lane: two fused multiply-adds, the upper pair first (SDM, "Operation"; its table 5-1 says which NaN wins).</summary>
    public static float DotProduct(float sum, uint a, uint b)
    {
        foreach (uint candidate in (ReadOnlySpan<uint>)[a << 16, b << 16, a & 0xFFFF_0000, b & 0xFFFF_0000])
        {
            if (float.IsNaN(UInt32BitsToSingle(candidate)))
                return FloatArithmetic.Quiet(UInt32BitsToSingle(candidate));
        }

        sum = MultiplyAdd(a & 0xFFFF_0000, b & 0xFFFF_0000, sum);
        return MultiplyAdd(a << 16, b << 16, sum);
    }

    /// <summary>sum + a·b, fused, with denormals as zero on both sides.</summary>
    public static float MultiplyAdd(uint a, uint b, float sum) =>
        Flush(FloatArithmetic.MultiplyAdd(Flush(UInt32BitsToSingle(a)), Flush(UInt32BitsToSingle(b)), Flush(sum)));

    /// <summary>a + b with denormals as zero on both sides.</summary>
    public static float Add(float a, float b) => Flush(Flush(a) + Flush(b));

    private static float Flush(float value)
    {
        uint bits = SingleToUInt32Bits(value);
        return (bits & Exponent) == 0 && (bits & Mantissa) != 0 ? UInt32BitsToSingle(bits & Sign) : value;
    }
}
