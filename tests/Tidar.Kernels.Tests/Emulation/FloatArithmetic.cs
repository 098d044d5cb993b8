using static System.BitConverter;

namespace Tidar.Kernels.Tests.Emulation;

/// <summary>Fused multiply-add with the processor's choice among several NaNs, which .NET leaves open.</summary>
internal static class FloatArithmetic
{
    /// <summary>a·b + c; the first NaN of a, b, c is the result (SDM volume 1, "FMA instruction operand order and arithmetic behavior").</summary>
    public static float MultiplyAdd(float a, float b, float c) =>
        float.IsNaN(a) ? Quiet(a) : float.IsNaN(b) ? Quiet(b) : float.IsNaN(c) ? Quiet(c) : MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>The quiet form of a NaN.</summary>
    public static float Quiet(float value) => UInt32BitsToSingle(SingleToUInt32Bits(value) | 0x0040_0000);
}
