using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Quantization;

/// <summary>
/// The orthonormal Hadamard transform of consecutive blocks of a vector: its own inverse, so (x·H)·(W·H)ᵀ = x·Wᵀ. It spreads outlier channels over their block
/// before activations are quantized to 8 bits; folded into the weights once, it costs a few additions per activation.
/// </summary>
internal static class HadamardRotation
{
    /// <summary>The block for vectors of <paramref name="width"/>: the largest power of two that divides it, at most <paramref name="most"/>; 1 means no rotation.</summary>
    public static int BlockFor(int width, int most) => Math.Min(most, width & -width);

    /// <summary>Rotates <paramref name="x"/> in place, block by block. Additions are in one fixed order: the same bits on every tier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Run(float* x, int width, int block)
    {
        if (block < 2)
            return;
        float scale = 1 / MathF.Sqrt(block);
        for (int half = 1; half < block; half *= 2)
        {
            if (half < 4)
                Narrow(x, width, half);
            else if (half < 16 || !Vector512.IsHardwareAccelerated)
                Wide128(x, width, half);
            else
                Wide512(x, width, half);
        }

        int i = 0;
        Vector128<float> factor = Vector128.Create(scale);
        for (; i + 4 <= width; i += 4)
            (Vector128.Load(x + i) * factor).Store(x + i);
        for (; i < width; i++)
            x[i] *= scale;
    }

    private static unsafe void Narrow(float* x, int width, int half)
    {
        int i = 0;
        Vector128<int> exchange = half == 1 ? Vector128.Create(1, 0, 3, 2) : Vector128.Create(2, 3, 0, 1);
        Vector128<float> sign = half == 1 ? Vector128.Create(1f, -1, 1, -1) : Vector128.Create(1f, 1, -1, -1);
        for (; i + 4 <= width; i += 4)
        {
            Vector128<float> v = Vector128.Load(x + i);
            ((v * sign) + Vector128.Shuffle(v, exchange)).Store(x + i);
        }

        // A width that is not a multiple of 4 is rotated in blocks of 2 at most.
        for (; i < width; i += 2)
            (x[i], x[i + 1]) = (x[i] + x[i + 1], x[i] - x[i + 1]);
    }

    private static unsafe void Wide128(float* x, int width, int half)
    {
        for (int block = 0; block < width; block += 2 * half)
        {
            for (int i = block; i < block + half; i += 4)
            {
                Vector128<float> a = Vector128.Load(x + i), b = Vector128.Load(x + i + half);
                (a + b).Store(x + i);
                (a - b).Store(x + i + half);
            }
        }
    }

    private static unsafe void Wide512(float* x, int width, int half)
    {
        for (int block = 0; block < width; block += 2 * half)
        {
            for (int i = block; i < block + half; i += 16)
            {
                Vector512<float> a = Vector512.Load(x + i), b = Vector512.Load(x + i + half);
                (a + b).Store(x + i);
                (a - b).Store(x + i + half);
            }
        }
    }
}
