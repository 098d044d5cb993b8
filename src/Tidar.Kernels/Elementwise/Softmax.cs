using System.Runtime.CompilerServices;

namespace Tidar.Kernels.Elementwise;

/// <summary>Softmax of one row.</summary>
public static class Softmax
{
    /// <summary>x = softmax(<paramref name="scale"/> · x) in place, <paramref name="scale"/> positive. An empty row stays empty.</summary>
    /// <remarks>Returns log Σ e^(scale·x), the normalizer, which the backward pass and log-probabilities need.</remarks>
    public static float Run(Span<float> x, float scale = 1)
    {
        if (x.IsEmpty)
            return float.NegativeInfinity;
        float max = Reduction.Max(x);
        Map.Run(new ShiftedExpMap(max, scale), x, x, x);
        float sum = Reduction.Sum(x);
        Map.Run(new ScaleMap(1 / sum), x, x, x);
        return (max * scale) + MathF.Log(sum);
    }

    private readonly struct ShiftedExpMap(float max, float scale) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, Simd.ILanes<TLanes>
            => Exponential.Of(TLanes.Multiply(TLanes.Subtract(a, TLanes.Broadcast(max)), TLanes.Broadcast(scale)));
    }

    private readonly struct ScaleMap(float factor) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, Simd.ILanes<TLanes>
            => TLanes.Multiply(a, TLanes.Broadcast(factor));
    }
}
