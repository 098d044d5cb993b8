using System.Runtime.CompilerServices;

namespace Tidar.Kernels.Simd;

/// <summary>
/// Sums in the order of <see cref="Elementwise.Reduction"/>, for kernels that are already compiled for one register width: element i goes to accumulator i
/// mod 16,
/// held in 16 / lanes registers of which a kernel names four and uses as many as it needs.
/// </summary>
internal static unsafe class LaneSums<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Accumulators.</summary>
    public const int Block = 16;

    /// <summary>Σ a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* a, float* b, int length)
    {
        TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        nint i = 0;
        for (; i + Block <= length; i += Block)
            Accumulate(a + i, b + i, ref s0, ref s1, ref s2, ref s3);
        if (i < length)
        {
            float* tail = stackalloc float[2 * Block];
            LoadTail(a + i, length - (int)i, tail);
            LoadTail(b + i, length - (int)i, tail + Block);
            Accumulate(tail, tail + Block, ref s0, ref s1, ref s2, ref s3);
        }

        return Total(s0, s1, s2, s3);
    }

    /// <summary>The sum of all accumulators, as a fixed tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(TLanes s0, TLanes s1, TLanes s2, TLanes s3)
    {
        float* s = stackalloc float[Block];
        TLanes.Store(s0, s);
        if (TLanes.Count <= 8)
            TLanes.Store(s1, s + TLanes.Count);
        if (TLanes.Count <= 4)
        {
            TLanes.Store(s2, s + (2 * TLanes.Count));
            TLanes.Store(s3, s + (3 * TLanes.Count));
        }

        float t0 = (s[0] + s[8]) + (s[4] + s[12]), t1 = (s[1] + s[9]) + (s[5] + s[13]);
        float t2 = (s[2] + s[10]) + (s[6] + s[14]), t3 = (s[3] + s[11]) + (s[7] + s[15]);
        return (t0 + t2) + (t1 + t3);
    }

    /// <summary>Copies the last <paramref name="count"/> elements of a row into a block; the rest of the block becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTail(float* source, int count, float* block)
    {
        for (nint i = 0; i < Block; i += TLanes.Count)
            TLanes.Store(TLanes.Zero, block + i);
        for (int i = 0; i < count; i++)
            block[i] = source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(float* a, float* b, ref TLanes s0, ref TLanes s1, ref TLanes s2, ref TLanes s3)
    {
        s0 = TLanes.FusedMultiplyAdd(TLanes.Load(a), TLanes.Load(b), s0);
        if (TLanes.Count <= 8)
            s1 = TLanes.FusedMultiplyAdd(TLanes.Load(a + TLanes.Count), TLanes.Load(b + TLanes.Count), s1);
        if (TLanes.Count <= 4)
        {
            s2 = TLanes.FusedMultiplyAdd(TLanes.Load(a + (2 * TLanes.Count)), TLanes.Load(b + (2 * TLanes.Count)), s2);
            s3 = TLanes.FusedMultiplyAdd(TLanes.Load(a + (3 * TLanes.Count)), TLanes.Load(b + (3 * TLanes.Count)), s3);
        }
    }
}
