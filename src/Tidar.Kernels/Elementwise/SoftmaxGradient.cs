using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>The backward pass of <see cref="Softmax"/> inside attention, where the weights are computed again.</summary>
public static unsafe class SoftmaxGradient
{
    /// <summary>Turns scores into weights p = softmax(<paramref name="scale"/> · scores), and gradients of the weights into those of the scores.</summary>
    /// <param name="scores">Scores on entry, p on return.</param>
    /// <param name="gradient">dp on entry, ds = p · (dp - Σ p·dp) · scale on return.</param>
    /// <param name="scale">The scale of the scores inside the softmax, positive.</param>
    public static void Run(Span<float> scores, Span<float> gradient, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, scores.Length, nameof(gradient));
        if (scores.IsEmpty)
            return;
        float max = Reduction.Max(scores);
        fixed (float* x = scores, d = gradient)
        {
            switch (Processor.VectorTier)
            {
                case KernelTier.Avx512:
                    SoftmaxKernel<Lanes512>.Differentiate(x, d, scores.Length, max, scale);
                    break;
                case KernelTier.Avx2:
                    SoftmaxKernel<Lanes256>.Differentiate(x, d, scores.Length, max, scale);
                    break;
                default:
                    SoftmaxKernel<Lanes128>.Differentiate(x, d, scores.Length, max, scale);
                    break;
            }
        }
    }
}
