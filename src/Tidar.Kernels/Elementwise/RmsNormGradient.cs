using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>The backward pass of <see cref="RmsNorm"/>, y = x · f · w with f = 1 / sqrt(mean(x²) + ε).</summary>
public static unsafe class RmsNormGradient
{
    /// <summary>One row, or all heads of one: dx (+)= f · (dy·w) - x · f³ / width · Σ dy·w·x, and dw += dy · x · f.</summary>
    /// <param name="x">The forward's input, [heads, width].</param>
    /// <param name="weight">w, [width].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="output">dy, [heads, width]; overwritten with dy · w.</param>
    /// <param name="input">dx, [heads, width]; may be <paramref name="output"/> when not accumulating.</param>
    /// <param name="weightGradient">dw, [width], added to, head after head.</param>
    /// <param name="accumulate">Whether dx is added to what <paramref name="input"/> holds.</param>
    public static void Run(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> output, Span<float> input, Span<float> weightGradient, bool accumulate)
    {
        int width = weight.Length, heads = x.Length / width;
        ArgumentOutOfRangeException.ThrowIfNotEqual(x.Length, heads * width, nameof(x));
        ArgumentOutOfRangeException.ThrowIfNotEqual(output.Length, x.Length, nameof(output));
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, x.Length, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNotEqual(weightGradient.Length, width, nameof(weightGradient));
        fixed (float* px = x, w = weight, dy = output, dx = input, dw = weightGradient)
        {
            switch (Processor.VectorTier)
            {
                case KernelTier.Avx512:
                    RmsNormKernel<Lanes512>.Differentiate(px, heads, w, width, epsilon, dy, dx, dw, accumulate);
                    break;
                case KernelTier.Avx2:
                    RmsNormKernel<Lanes256>.Differentiate(px, heads, w, width, epsilon, dy, dx, dw, accumulate);
                    break;
                default:
                    RmsNormKernel<Lanes128>.Differentiate(px, heads, w, width, epsilon, dy, dx, dw, accumulate);
                    break;
            }
        }
    }
}
