using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>Softmax of one row.</summary>
public static unsafe class Softmax
{
    /// <summary>x = softmax(<paramref name="scale"/> · x) in place, <paramref name="scale"/> positive. An empty row stays empty.</summary>
    /// <remarks>Returns log Σ e^(scale·x), the normalizer, which the backward pass and log-probabilities need.</remarks>
    public static float Run(Span<float> x, float scale = 1)
    {
        if (x.IsEmpty)
            return float.NegativeInfinity;
        float max = Reduction.Max(x);
        fixed (float* p = x)
        {
            float sum = Processor.VectorTier switch
            {
                KernelTier.Avx512 => SoftmaxKernel<Lanes512>.Normalize(p, x.Length, max, scale),
                KernelTier.Avx2 => SoftmaxKernel<Lanes256>.Normalize(p, x.Length, max, scale),
                _ => SoftmaxKernel<Lanes128>.Normalize(p, x.Length, max, scale),
            };
            return (max * scale) + MathF.Log(sum);
        }
    }
}
