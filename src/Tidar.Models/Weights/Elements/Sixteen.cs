using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Models.Weights.Elements;

/// <summary>Sixteen quantized values at a time: the group that every block format of GGUF is a multiple of.</summary>
internal static class Sixteen
{
    public const int Count = 16;

    /// <summary>Sixteen bytes from <paramref name="offset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ReadOnlySpan<byte> source, int offset) => Vector128.Create(source.Slice(offset, Count));

    /// <summary>The low four bits of every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)0x0F);

    /// <summary>The high four bits of every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High(Vector128<byte> bytes) => bytes >>> 4;

    /// <summary>The thirty-two 4-bit values of sixteen bytes: low halves first, then high halves.</summary>
    public static void Levels(ReadOnlySpan<byte> source, Span<byte> levels)
    {
        Vector128<byte> bytes = Load(source, 0);
        Low(bytes).CopyTo(levels);
        High(bytes).CopyTo(levels[Count..]);
    }

    /// <summary>The <paramref name="width"/> bits of every byte that begin at bit <paramref name="shift"/>, moved to bit <paramref name="to"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Bits(Vector128<byte> bytes, int shift, int width, int to) =>
        ((bytes >>> shift) & Vector128.Create((byte)((1 << width) - 1))) << to;

    /// <summary>destination[offset + i] = scale · q[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, Span<float> destination, int offset)
    {
        destination = destination.Slice(offset, Count);
        (Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) = Widen(q);
        (a * scale).CopyTo(destination);
        (b * scale).CopyTo(destination[4..]);
        (c * scale).CopyTo(destination[8..]);
        (d * scale).CopyTo(destination[12..]);
    }

    /// <summary>destination[offset + i] = scale · q[i] + shift, the product rounded before the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleAndShift(Vector128<sbyte> q, float scale, float shift, Span<float> destination, int offset)
    {
        destination = destination.Slice(offset, Count);
        (Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) = Widen(q);
        Vector128<float> sum = Vector128.Create(shift);
        ((a * scale) + sum).CopyTo(destination);
        ((b * scale) + sum).CopyTo(destination[4..]);
        ((c * scale) + sum).CopyTo(destination[8..]);
        ((d * scale) + sum).CopyTo(destination[12..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> A, Vector128<float> B, Vector128<float> C, Vector128<float> D) Widen(Vector128<sbyte> q)
    {
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(q);
        (Vector128<int> a, Vector128<int> b) = Vector128.Widen(low);
        (Vector128<int> c, Vector128<int> d) = Vector128.Widen(high);
        return (Vector128.ConvertToSingle(a), Vector128.ConvertToSingle(b), Vector128.ConvertToSingle(c), Vector128.ConvertToSingle(d));
    }
}
