using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>Runs an <see cref="IMap"/> over whole arrays on the tier in use.</summary>
internal static unsafe class Map
{
    /// <summary>y[i] = map(a[i], b[i]); <paramref name="y"/> may be <paramref name="a"/> or <paramref name="b"/>.</summary>
    public static void Run<TMap>(TMap map, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where TMap : struct, IMap
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length, nameof(b));
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, a.Length, nameof(y));
        fixed (float* pa = a, pb = b, py = y)
        {
            switch (Processor.Tier)
            {
                case KernelTier.Avx512:
                    Run<TMap, Lanes512>(map, pa, pb, py, a.Length);
                    break;
                case KernelTier.Avx2:
                    Run<TMap, Lanes256>(map, pa, pb, py, a.Length);
                    break;
                default:
                    Run<TMap, Lanes128>(map, pa, pb, py, a.Length);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TMap, TLanes>(TMap map, float* a, float* b, float* y, int length)
        where TMap : struct, IMap
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int i = 0;
        for (; i + TLanes.Count <= length; i += TLanes.Count)
            TLanes.Store(map.Apply(TLanes.Load(a + i), TLanes.Load(b + i)), y + i);
        int rest = length - i;
        if (rest == 0)
            return;
        float* tail = stackalloc float[3 * TLanes.Count];
        float* ta = tail, tb = tail + TLanes.Count, ty = tail + (2 * TLanes.Count);
        new Span<float>(tail, 2 * TLanes.Count).Clear();
        new ReadOnlySpan<float>(a + i, rest).CopyTo(new Span<float>(ta, rest));
        new ReadOnlySpan<float>(b + i, rest).CopyTo(new Span<float>(tb, rest));
        TLanes.Store(map.Apply(TLanes.Load(ta), TLanes.Load(tb)), ty);
        new ReadOnlySpan<float>(ty, rest).CopyTo(new Span<float>(y + i, rest));
    }
}
