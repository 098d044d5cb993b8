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
            ElementLoop.Run(new Step<TMap>(map, pa, pb, py), a.Length);
    }

    private readonly struct Step<TMap>(TMap map, float* a, float* b, float* y) : IElementStep
        where TMap : struct, IMap
    {
        private readonly float* _a = a;
        private readonly float* _b = b;
        private readonly float* _y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(nint i)
            where TLanes : unmanaged, ILanes<TLanes>
            => TLanes.Store(map.Apply(TLanes.Load(_a + i), TLanes.Load(_b + i)), _y + i);
    }
}
