using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// Rounds float32 values to bfloat16 (to nearest, ties to even) and joins neighbours along k into the 32-bit pairs that dot-product instructions read: the even element in the upper half.
/// </summary>
internal static unsafe class BFloat16Pairs
{
    private const uint Upper = 0xFFFF0000;

    /// <summary>Pairs of neighbours in a row: target[j] = (x[2j], x[2j+1]); past <paramref name="count"/> values, zeros fill <paramref name="pairs"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromRow(float* x, int count, uint* target, int pairs)
    {
        int j = 0;
        for (; 2 * (j + 16) <= count; j += 16)
        {
            Vector512<ulong> low = Round(Vector512.Load(x + (2 * j))).AsUInt64(), high = Round(Vector512.Load(x + (2 * j) + 16)).AsUInt64();
            Vector512.Narrow(Join(low), Join(high)).Store(target + j);
        }

        for (; j < pairs; j++)
            target[j] = Pair(2 * j < count ? x[2 * j] : 0, (2 * j) + 1 < count ? x[(2 * j) + 1] : 0);

        // The even value comes first in memory: the lower half of 64 bits.
        static Vector512<ulong> Join(Vector512<ulong> rounded) => (rounded & Vector512.Create((ulong)Upper)) | (rounded >> 48);
    }

    /// <summary>Pairs of two rows: target[c] = (even[c], odd[c]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromRows(float* even, float* odd, uint* target, int count)
    {
        int c = 0;
        for (; c + 16 <= count; c += 16)
            ((Round(Vector512.Load(even + c)) & Vector512.Create(Upper)) | (Round(Vector512.Load(odd + c)) >> 16)).Store(target + c);
        for (; c < count; c++)
            target[c] = Pair(even[c], odd[c]);
    }

    /// <summary>Pairs of the last row of an odd number: target[c] = (even[c], 0).</summary>
    public static void FromLastRow(float* even, uint* target, int count)
    {
        for (int c = 0; c < count; c++)
            target[c] = Pair(even[c], 0);
    }

    /// <summary>The same rounding, as float32 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToFloats(float* x, float* target, int count)
    {
        int i = 0;
        for (; i + 16 <= count; i += 16)
            (Round(Vector512.Load(x + i)) & Vector512.Create(Upper)).AsSingle().Store(target + i);
        for (; i < count; i++)
            target[i] = BFloat16.ToSingle(BFloat16.FromSingle(x[i]));
    }

    private static uint Pair(float even, float odd) => ((uint)BFloat16.FromSingle(even) << 16) | BFloat16.FromSingle(odd);

    // The rounded value in the upper 16 bits; the lower are garbage. A NaN is made quiet instead, as rounding could turn it into infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> rounded = bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One);
        return Vector512.ConditionalSelect(Vector512.IsNaN(value).AsUInt32(), bits | Vector512.Create(0x0040_0000u), rounded);
    }
}
