using System.Numerics;
using System.Runtime.InteropServices;

namespace Tidar.Models.Weights.Elements;

/// <summary>
/// The plain floating-point types, little-endian, at any alignment. Each widening is exact.
/// </summary>
internal static class PlainElements
{
    /// <summary>IEEE single precision.</summary>
    public static readonly ElementType F32 = new("F32", 1, 4, static (source, destination) => source.CopyTo(MemoryMarshal.AsBytes(destination)));

    /// <summary>bfloat16: the upper half of a float32.</summary>
    public static readonly ElementType BF16 = new("BF16", 1, 2, WidenBFloat16);

    /// <summary>IEEE half precision.</summary>
    public static readonly ElementType F16 = new("F16", 1, 2, WidenHalf);

    private static void WidenBFloat16(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(source);
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(values[i..]), out Vector<uint> low, out Vector<uint> high);
            Vector.AsVectorSingle(Vector.ShiftLeft(low, 16)).CopyTo(destination[i..]);
            Vector.AsVectorSingle(Vector.ShiftLeft(high, 16)).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }

        for (; i < values.Length; i++)
            destination[i] = BitConverter.UInt32BitsToSingle((uint)values[i] << 16);
    }

    private static void WidenHalf(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(source);
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(values[i..]), out Vector<uint> low, out Vector<uint> high);
            Widen(low).CopyTo(destination[i..]);
            Widen(high).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }

        for (; i < values.Length; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(values[i]);
    }

    // The half's exponent and fraction, moved to a float's place, are the number divided by 2^112 (subnormals too), so one exact product puts
    // it right; infinities and NaN then still lack the float's full exponent.
    private static Vector<float> Widen(Vector<uint> half)
    {
        const float Scale = 5.192296858534828e33f; // 2^112
        Vector<uint> magnitude = half & new Vector<uint>(0x7FFF);
        Vector<uint> sign = Vector.ShiftLeft(half ^ magnitude, 16);
        Vector<uint> number = Vector.AsVectorUInt32(Vector.AsVectorSingle(Vector.ShiftLeft(magnitude, 13)) * new Vector<float>(Scale));
        Vector<uint> special = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7C00)) & new Vector<uint>(0x7F800000);
        return Vector.AsVectorSingle(number | special | sign);
    }
}
