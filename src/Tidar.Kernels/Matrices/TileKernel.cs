using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// The multiply kernel: a few rows of activations against one panel. Every output is the serial chain
/// <c>fma(a[k], w[k], …fma(a[0], w[0], start))</c>, so its bits depend on its own row and column alone:
/// not on the number of rows, the row's place, the register width, or where a range of k was cut and resumed.
/// </summary>
internal static unsafe class TileKernel<TLanes, TElement>
    where TLanes : unmanaged, ILanes<TLanes>
    where TElement : struct, IPanelElement
{
    /// <summary>
    /// c[r, 0…31] = (accumulate ? c : 0) + Σ_k a[r, k]·panel[k, 0…31] for r in [0, <paramref name="rows"/>).
    /// <paramref name="panel"/> points at k = 0; strides are in elements.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, nint lda, int rows, void* panel, int k, float* c, nint ldc, bool accumulate)
    {
        int row = 0;
        if (TLanes.TileRows >= 8)
        {
            for (; row + 8 <= rows; row += 8, a += 8 * lda, c += 8 * ldc)
            {
                for (nint first = 0; first < Panel.Width; first += 2 * TLanes.Count)
                    Tile8(a, lda, panel, first, k, c, ldc, accumulate);
            }
        }

        for (; row + 4 <= rows; row += 4, a += 4 * lda, c += 4 * ldc)
        {
            for (nint first = 0; first < Panel.Width; first += 2 * TLanes.Count)
                Tile4(a, lda, panel, first, k, c, ldc, accumulate);
        }

        if (row + 2 <= rows)
        {
            for (nint first = 0; first < Panel.Width; first += 2 * TLanes.Count)
                Tile2(a, lda, panel, first, k, c, ldc, accumulate);
            row += 2;
            a += 2 * lda;
            c += 2 * ldc;
        }

        if (row < rows)
        {
            for (nint first = 0; first < Panel.Width; first += 2 * TLanes.Count)
                Tile1(a, panel, first, k, c, accumulate);
        }
    }

    // Each tile is a method of its own: together they exceed what the JIT inlines into one, and the last would be left unoptimized.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile8(float* a, nint lda, void* panel, nint first, int k, float* c, nint ldc, bool accumulate)
    {
        nint second = first + TLanes.Count;
        float* c0 = c + first;
        float* c1 = c + first + ldc;
        float* c2 = c + first + (2 * ldc);
        float* c3 = c + first + (3 * ldc);
        float* c4 = c + first + (4 * ldc);
        float* c5 = c + first + (5 * ldc);
        float* c6 = c + first + (6 * ldc);
        float* c7 = c + first + (7 * ldc);
        TLanes s0 = accumulate ? TLanes.Load(c0) : TLanes.Zero, t0 = accumulate ? TLanes.Load(c0 + TLanes.Count) : TLanes.Zero;
        TLanes s1 = accumulate ? TLanes.Load(c1) : TLanes.Zero, t1 = accumulate ? TLanes.Load(c1 + TLanes.Count) : TLanes.Zero;
        TLanes s2 = accumulate ? TLanes.Load(c2) : TLanes.Zero, t2 = accumulate ? TLanes.Load(c2 + TLanes.Count) : TLanes.Zero;
        TLanes s3 = accumulate ? TLanes.Load(c3) : TLanes.Zero, t3 = accumulate ? TLanes.Load(c3 + TLanes.Count) : TLanes.Zero;
        TLanes s4 = accumulate ? TLanes.Load(c4) : TLanes.Zero, t4 = accumulate ? TLanes.Load(c4 + TLanes.Count) : TLanes.Zero;
        TLanes s5 = accumulate ? TLanes.Load(c5) : TLanes.Zero, t5 = accumulate ? TLanes.Load(c5 + TLanes.Count) : TLanes.Zero;
        TLanes s6 = accumulate ? TLanes.Load(c6) : TLanes.Zero, t6 = accumulate ? TLanes.Load(c6 + TLanes.Count) : TLanes.Zero;
        TLanes s7 = accumulate ? TLanes.Load(c7) : TLanes.Zero, t7 = accumulate ? TLanes.Load(c7 + TLanes.Count) : TLanes.Zero;
        for (nint i = 0; i < k; i++, first += Panel.Width, second += Panel.Width)
        {
            TLanes u = TElement.Load<TLanes>(panel, first), v = TElement.Load<TLanes>(panel, second), x;
            x = TLanes.Broadcast(a[i]);
            s0 = TLanes.FusedMultiplyAdd(x, u, s0);
            t0 = TLanes.FusedMultiplyAdd(x, v, t0);
            x = TLanes.Broadcast(a[i + lda]);
            s1 = TLanes.FusedMultiplyAdd(x, u, s1);
            t1 = TLanes.FusedMultiplyAdd(x, v, t1);
            x = TLanes.Broadcast(a[i + (2 * lda)]);
            s2 = TLanes.FusedMultiplyAdd(x, u, s2);
            t2 = TLanes.FusedMultiplyAdd(x, v, t2);
            x = TLanes.Broadcast(a[i + (3 * lda)]);
            s3 = TLanes.FusedMultiplyAdd(x, u, s3);
            t3 = TLanes.FusedMultiplyAdd(x, v, t3);
            x = TLanes.Broadcast(a[i + (4 * lda)]);
            s4 = TLanes.FusedMultiplyAdd(x, u, s4);
            t4 = TLanes.FusedMultiplyAdd(x, v, t4);
            x = TLanes.Broadcast(a[i + (5 * lda)]);
            s5 = TLanes.FusedMultiplyAdd(x, u, s5);
            t5 = TLanes.FusedMultiplyAdd(x, v, t5);
            x = TLanes.Broadcast(a[i + (6 * lda)]);
            s6 = TLanes.FusedMultiplyAdd(x, u, s6);
            t6 = TLanes.FusedMultiplyAdd(x, v, t6);
            x = TLanes.Broadcast(a[i + (7 * lda)]);
            s7 = TLanes.FusedMultiplyAdd(x, u, s7);
            t7 = TLanes.FusedMultiplyAdd(x, v, t7);
        }

        TLanes.Store(s0, c0);
        TLanes.Store(t0, c0 + TLanes.Count);
        TLanes.Store(s1, c1);
        TLanes.Store(t1, c1 + TLanes.Count);
        TLanes.Store(s2, c2);
        TLanes.Store(t2, c2 + TLanes.Count);
        TLanes.Store(s3, c3);
        TLanes.Store(t3, c3 + TLanes.Count);
        TLanes.Store(s4, c4);
        TLanes.Store(t4, c4 + TLanes.Count);
        TLanes.Store(s5, c5);
        TLanes.Store(t5, c5 + TLanes.Count);
        TLanes.Store(s6, c6);
        TLanes.Store(t6, c6 + TLanes.Count);
        TLanes.Store(s7, c7);
        TLanes.Store(t7, c7 + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4(float* a, nint lda, void* panel, nint first, int k, float* c, nint ldc, bool accumulate)
    {
        nint second = first + TLanes.Count;
        float* c0 = c + first;
        float* c1 = c + first + ldc;
        float* c2 = c + first + (2 * ldc);
        float* c3 = c + first + (3 * ldc);
        TLanes s0 = accumulate ? TLanes.Load(c0) : TLanes.Zero, t0 = accumulate ? TLanes.Load(c0 + TLanes.Count) : TLanes.Zero;
        TLanes s1 = accumulate ? TLanes.Load(c1) : TLanes.Zero, t1 = accumulate ? TLanes.Load(c1 + TLanes.Count) : TLanes.Zero;
        TLanes s2 = accumulate ? TLanes.Load(c2) : TLanes.Zero, t2 = accumulate ? TLanes.Load(c2 + TLanes.Count) : TLanes.Zero;
        TLanes s3 = accumulate ? TLanes.Load(c3) : TLanes.Zero, t3 = accumulate ? TLanes.Load(c3 + TLanes.Count) : TLanes.Zero;
        for (nint i = 0; i < k; i++, first += Panel.Width, second += Panel.Width)
        {
            TLanes u = TElement.Load<TLanes>(panel, first), v = TElement.Load<TLanes>(panel, second), x;
            x = TLanes.Broadcast(a[i]);
            s0 = TLanes.FusedMultiplyAdd(x, u, s0);
            t0 = TLanes.FusedMultiplyAdd(x, v, t0);
            x = TLanes.Broadcast(a[i + lda]);
            s1 = TLanes.FusedMultiplyAdd(x, u, s1);
            t1 = TLanes.FusedMultiplyAdd(x, v, t1);
            x = TLanes.Broadcast(a[i + (2 * lda)]);
            s2 = TLanes.FusedMultiplyAdd(x, u, s2);
            t2 = TLanes.FusedMultiplyAdd(x, v, t2);
            x = TLanes.Broadcast(a[i + (3 * lda)]);
            s3 = TLanes.FusedMultiplyAdd(x, u, s3);
            t3 = TLanes.FusedMultiplyAdd(x, v, t3);
        }

        TLanes.Store(s0, c0);
        TLanes.Store(t0, c0 + TLanes.Count);
        TLanes.Store(s1, c1);
        TLanes.Store(t1, c1 + TLanes.Count);
        TLanes.Store(s2, c2);
        TLanes.Store(t2, c2 + TLanes.Count);
        TLanes.Store(s3, c3);
        TLanes.Store(t3, c3 + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile2(float* a, nint lda, void* panel, nint first, int k, float* c, nint ldc, bool accumulate)
    {
        nint second = first + TLanes.Count;
        float* c0 = c + first;
        float* c1 = c + first + ldc;
        TLanes s0 = accumulate ? TLanes.Load(c0) : TLanes.Zero, t0 = accumulate ? TLanes.Load(c0 + TLanes.Count) : TLanes.Zero;
        TLanes s1 = accumulate ? TLanes.Load(c1) : TLanes.Zero, t1 = accumulate ? TLanes.Load(c1 + TLanes.Count) : TLanes.Zero;
        for (nint i = 0; i < k; i++, first += Panel.Width, second += Panel.Width)
        {
            TLanes u = TElement.Load<TLanes>(panel, first), v = TElement.Load<TLanes>(panel, second), x;
            x = TLanes.Broadcast(a[i]);
            s0 = TLanes.FusedMultiplyAdd(x, u, s0);
            t0 = TLanes.FusedMultiplyAdd(x, v, t0);
            x = TLanes.Broadcast(a[i + lda]);
            s1 = TLanes.FusedMultiplyAdd(x, u, s1);
            t1 = TLanes.FusedMultiplyAdd(x, v, t1);
        }

        TLanes.Store(s0, c0);
        TLanes.Store(t0, c0 + TLanes.Count);
        TLanes.Store(s1, c1);
        TLanes.Store(t1, c1 + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile1(float* a, void* panel, nint first, int k, float* c, bool accumulate)
    {
        nint second = first + TLanes.Count;
        float* c0 = c + first;
        TLanes s0 = accumulate ? TLanes.Load(c0) : TLanes.Zero, t0 = accumulate ? TLanes.Load(c0 + TLanes.Count) : TLanes.Zero;
        for (nint i = 0; i < k; i++, first += Panel.Width, second += Panel.Width)
        {
            TLanes u = TElement.Load<TLanes>(panel, first), v = TElement.Load<TLanes>(panel, second), x;
            x = TLanes.Broadcast(a[i]);
            s0 = TLanes.FusedMultiplyAdd(x, u, s0);
            t0 = TLanes.FusedMultiplyAdd(x, v, t0);
        }

        TLanes.Store(s0, c0);
        TLanes.Store(t0, c0 + TLanes.Count);
    }
}
