namespace Tidar.Kernels.Elementwise;

/// <summary>Root-mean-square normalization (arXiv 1910.07467): y = x / sqrt(mean(x²) + ε) · w.</summary>
public static class RmsNorm
{
    /// <summary>Normalizes one row; <paramref name="y"/> may be <paramref name="x"/>. Returns the factor 1 / sqrt(mean(x²) + ε).</summary>
    /// <param name="x">The row, [width].</param>
    /// <param name="weight">w, [width].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="y">The result, [width].</param>
    public static float Run(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y)
    {
        float factor = 1 / MathF.Sqrt((Reduction.SumOfSquares(x) / x.Length) + epsilon);
        Map.Run(new ScaleMap(factor), x, weight, y);
        return factor;
    }

    private readonly struct ScaleMap(float factor) : IMap
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, Simd.ILanes<TLanes>
            => TLanes.Multiply(TLanes.Multiply(a, TLanes.Broadcast(factor)), b);
    }
}
