using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Quantization;

/// <summary>
/// The Hadamard transform of consecutive blocks of a vector; times <see cref="Norm"/> it is orthonormal and its own inverse, so (x·H)·(W·H)ᵀ = x·Wᵀ. It spreads outlier
/// channels over their block before activations are quantized to 8 bits; folded into the weights once, it costs a few additions per activation.
/// </summary>
/// <remarks>Additions are in one fixed order, neighbours first: the same bits on every tier.</remarks>
internal static unsafe class HadamardRotation
{
    // What four 512-bit registers hold.
    private const int RegisterBlock = 64;
    private const int WideBlock = 512;

    /// <summary>The block for vectors of <paramref name="width"/>: the largest power of two that divides it, at most <paramref name="most"/>; 1 means no rotation.</summary>
    public static int BlockFor(int width, int most) => Math.Min(most, width & -width);

    /// <summary>What the result of <see cref="Run"/> has to be multiplied by to be orthonormal.</summary>
    public static float Norm(int block) => 1 / MathF.Sqrt(block);

    /// <summary>Transforms <paramref name="x"/> in place, block by block; <paramref name="width"/> is a multiple of <paramref name="block"/>, a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, int width, int block)
    {
        int half = 1;
        if (block >= RegisterBlock && Avx512F.IsSupported)
        {
            for (int i = 0; i < width; i += RegisterBlock)
                InRegisters(x + i);
            half = RegisterBlock;
            if (block == WideBlock)
            {
                for (int i = 0; i < width; i += WideBlock)
                    JoinEight(x + i);
                return;
            }
        }

        for (; half < block; half *= 2)
        {
            if (half < 4)
                Narrow(x, width, half);
            else
                Wide(x, width, half);
        }
    }

    // All six stages of 64 values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InRegisters(float* x)
    {
        Vector512<float> a = WithinRegister(Vector512.Load(x)), b = WithinRegister(Vector512.Load(x + 16));
        Vector512<float> c = WithinRegister(Vector512.Load(x + 32)), d = WithinRegister(Vector512.Load(x + 48));
        (a, b) = (a + b, a - b);
        (c, d) = (c + d, c - d);
        (a + c).Store(x);
        (b + d).Store(x + 16);
        (a - c).Store(x + 32);
        (b - d).Store(x + 48);
    }

    // Stages 1, 2, 4 and 8: every value is added to its partner, or subtracted from it; the product with ±1 is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> WithinRegister(Vector512<float> v)
    {
        v = Avx512F.FusedMultiplyAdd(v, Vector512.Create(1f, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1), Avx512F.Permute4x32(v, 0b10_11_00_01));
        v = Avx512F.FusedMultiplyAdd(v, Vector512.Create(1f, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1), Avx512F.Permute4x32(v, 0b01_00_11_10));
        v = Avx512F.FusedMultiplyAdd(v, Vector512.Create(1f, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1), Avx512F.Shuffle4x128(v, v, 0b10_11_00_01));
        return Avx512F.FusedMultiplyAdd(v, Vector512.Create(1f, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1), Avx512F.Shuffle4x128(v, v, 0b01_00_11_10));
    }

    // Stages 64, 128 and 256 of 512 values, each read and written once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void JoinEight(float* x)
    {
        for (int i = 0; i < RegisterBlock; i += 16)
        {
            float* p = x + i;
            Vector512<float> a = Vector512.Load(p), b = Vector512.Load(p + 64), c = Vector512.Load(p + 128), d = Vector512.Load(p + 192);
            Vector512<float> e = Vector512.Load(p + 256), f = Vector512.Load(p + 320), g = Vector512.Load(p + 384), h = Vector512.Load(p + 448);
            (a, b, c, d, e, f, g, h) = (a + b, a - b, c + d, c - d, e + f, e - f, g + h, g - h);
            (a, b, c, d, e, f, g, h) = (a + c, b + d, a - c, b - d, e + g, f + h, e - g, f - h);
            (a + e).Store(p);
            (b + f).Store(p + 64);
            (c + g).Store(p + 128);
            (d + h).Store(p + 192);
            (a - e).Store(p + 256);
            (b - f).Store(p + 320);
            (c - g).Store(p + 384);
            (d - h).Store(p + 448);
        }
    }

    private static void Narrow(float* x, int width, int half)
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

    private static void Wide(float* x, int width, int half)
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
}
