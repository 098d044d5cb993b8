namespace Tidar.Kernels.Elementwise;

/// <summary>Root-mean-square normalization (arXiv 1910.07467): y = x / sqrt(mean(x²) + ε) · w.</summary>
public static unsafe class RmsNorm
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

    /// <summary>Normalizes every head of a row in place; the same bits as <see cref="Run"/> on each.</summary>
    /// <param name="heads">[heads, width].</param>
    /// <param name="weight">w, [width].</param>
    /// <param name="epsilon">ε.</param>
    public static void RunHeads(Span<float> heads, ReadOnlySpan<float> weight, float epsilon)
    {
        int width = weight.Length, count = heads.Length / width;
        ArgumentOutOfRangeException.ThrowIfNotEqual(heads.Length, count * width, nameof(heads));
        fixed (float* x = heads, w = weight)
        {
            switch (Processor.VectorTier)
            {
                case KernelTier.Avx512:
                    RmsNormKernel<Simd.Lanes512>.Normalize(x, count, w, width, epsilon);
                    break;
                case KernelTier.Avx2:
                    RmsNormKernel<Simd.Lanes256>.Normalize(x, count, w, width, epsilon);
                    break;
                default:
                    RmsNormKernel<Simd.Lanes128>.Normalize(x, count, w, width, epsilon);
                    break;
            }
        }
    }

    private readonly struct ScaleMap(float factor) : IMap
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        public TLanes Apply<TLanes>(TLanes a, TLanes b)
            where TLanes : unmanaged, Simd.ILanes<TLanes>
            => TLanes.Multiply(TLanes.Multiply(a, TLanes.Broadcast(factor)), b);
    }
}
