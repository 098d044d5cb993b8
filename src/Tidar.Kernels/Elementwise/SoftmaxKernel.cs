using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>Softmax of a row and its gradient, each in two passes after the maximum is known.</summary>
internal static unsafe class SoftmaxKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>x = softmax(scale · x) in place; returns Σ e^(scale · (x - max)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Normalize(float* x, int length, float max, float scale)
    {
        TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        nint i = 0;
        for (; i + LaneSums<TLanes>.Block <= length; i += LaneSums<TLanes>.Block)
            Exponentiate(x + i, max, scale, ref s0, ref s1, ref s2, ref s3);
        if (i < length)
            ExponentiateTail(x + i, length - (int)i, max, scale, ref s0, ref s1, ref s2, ref s3);
        float sum = LaneSums<TLanes>.Total(s0, s1, s2, s3);
        float factor = 1 / sum;
        for (i = 0; i + TLanes.Count <= length; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Load(x + i), TLanes.Broadcast(factor)), x + i);
        for (; i < length; i++)
            x[i] *= factor;
        return sum;
    }

    /// <summary>
    /// x = p = softmax(scale · x) in place, and dp becomes ds = p · (dp - Σ p·dp) · scale, the gradient of x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Differentiate(float* x, float* gradient, int length, float max, float scale)
    {
        TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        nint i = 0;
        for (; i + LaneSums<TLanes>.Block <= length; i += LaneSums<TLanes>.Block)
            Exponentiate(x + i, max, scale, ref s0, ref s1, ref s2, ref s3);
        if (i < length)
            ExponentiateTail(x + i, length - (int)i, max, scale, ref s0, ref s1, ref s2, ref s3);
        float factor = 1 / LaneSums<TLanes>.Total(s0, s1, s2, s3);
        float mean = LaneSums<TLanes>.Dot(x, gradient, length) * factor;
        for (i = 0; i + TLanes.Count <= length; i += TLanes.Count)
            Finish<TLanes>(x + i, gradient + i, factor, mean, scale);
        for (; i < length; i++)
            Finish<Lanes1>(x + i, gradient + i, factor, mean, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<T>(float* x, float* gradient, float factor, float mean, float scale)
        where T : unmanaged, ILanes<T>
    {
        T p = T.Multiply(T.Load(x), T.Broadcast(factor));
        T.Store(p, x);
        T.Store(T.Multiply(p, T.Multiply(T.Subtract(T.Load(gradient), T.Broadcast(mean)), T.Broadcast(scale))), gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exponentiate(float* x, float max, float scale, ref TLanes s0, ref TLanes s1, ref TLanes s2, ref TLanes s3)
    {
        s0 = TLanes.Add(s0, Exponentiate(x, max, scale));
        if (TLanes.Count <= 8)
            s1 = TLanes.Add(s1, Exponentiate(x + TLanes.Count, max, scale));
        if (TLanes.Count <= 4)
        {
            s2 = TLanes.Add(s2, Exponentiate(x + (2 * TLanes.Count), max, scale));
            s3 = TLanes.Add(s3, Exponentiate(x + (3 * TLanes.Count), max, scale));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Exponentiate(float* x, float max, float scale)
    {
        TLanes e = Exponential.Of(TLanes.Multiply(TLanes.Subtract(TLanes.Load(x), TLanes.Broadcast(max)), TLanes.Broadcast(scale)));
        TLanes.Store(e, x);
        return e;
    }

    // What lies beyond the row's end counts as zero, which changes no sum.
    private static void ExponentiateTail(float* x, int count, float max, float scale, ref TLanes s0, ref TLanes s1, ref TLanes s2, ref TLanes s3)
    {
        float* block = stackalloc float[LaneSums<TLanes>.Block];
        TLanes u0 = default, u1 = default, u2 = default, u3 = default;
        LaneSums<TLanes>.LoadTail(x, count, block);
        Exponentiate(block, max, scale, ref u0, ref u1, ref u2, ref u3);
        for (int i = 0; i < count; i++)
            x[i] = block[i];
        for (int i = count; i < LaneSums<TLanes>.Block; i++)
            block[i] = 0;
        s0 = TLanes.Add(s0, TLanes.Load(block));
        if (TLanes.Count <= 8)
            s1 = TLanes.Add(s1, TLanes.Load(block + TLanes.Count));
        if (TLanes.Count <= 4)
        {
            s2 = TLanes.Add(s2, TLanes.Load(block + (2 * TLanes.Count)));
            s3 = TLanes.Add(s3, TLanes.Load(block + (3 * TLanes.Count)));
        }
    }
}
