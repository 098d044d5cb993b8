using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Quantization;

/// <summary>Symmetric 8-bit quantization: q = round(x · 127 / max|x|), ties to even. The same bits on every tier.</summary>
internal static unsafe class Int8Rows
{
    // 1.5·2^23: adding and subtracting it rounds to the nearest integer, ties to even, in every register width.
    private const float Shifter = 12582912f;
    private const int Magnitude = 0x7FFFFFFF;
    private const int GroupSize = 32;

    /// <summary>Quantizes <paramref name="x"/> [width] with one scale into <paramref name="q"/> [paddedWidth], zero-padded.</summary>
    /// <returns>The scale (x ≈ scale · q) and Σ q, by which the offset of unsigned weights is taken out again. The scale of values that are not finite is NaN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Scale, int Sum) Quantize(float* x, int width, sbyte* q, int paddedWidth)
    {
        float largest = Largest(x, width);
        if (!(largest > 0) || !float.IsFinite(largest))
        {
            new Span<sbyte>(q, paddedWidth).Clear();
            return (largest is 0 ? 0 : float.NaN, 0);
        }

        float factor = 127 / largest;
        int i = 0, sum = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> wide = Vector512.Create(factor);
            Vector512<int> total = default;
            for (; i + 16 <= width; i += 16)
            {
                Vector512<int> v = Avx512F.ConvertToVector512Int32(Vector512.Load(x + i) * wide);
                total += v;
                Avx512F.ConvertToVector128SByte(v).Store(q + i);
            }

            sum = Vector512.Sum(total);
        }

        Vector128<float> f = Vector128.Create(factor), shifter = Vector128.Create(Shifter);
        Vector128<int> sums = default, origin = shifter.AsInt32();
        for (; i + 16 <= width; i += 16)
        {
            Vector128<int> a = ((Vector128.Load(x + i) * f) + shifter).AsInt32() - origin;
            Vector128<int> b = ((Vector128.Load(x + i + 4) * f) + shifter).AsInt32() - origin;
            Vector128<int> c = ((Vector128.Load(x + i + 8) * f) + shifter).AsInt32() - origin;
            Vector128<int> d = ((Vector128.Load(x + i + 12) * f) + shifter).AsInt32() - origin;
            sums += (a + b) + (c + d);
            Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).Store(q + i);
        }

        for (; i < width; i++)
        {
            int value = (int)(((x[i] * factor) + Shifter) - Shifter);
            q[i] = (sbyte)value;
            sum += value;
        }

        new Span<sbyte>(q + width, paddedWidth - width).Clear();
        return (largest / 127, sum + Vector128.Sum(sums));
    }

    /// <summary>As <see cref="Quantize"/>, for 32 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (float Scale, int Sum) QuantizeGroup(float* x, sbyte* q)
    {
        if (!Avx512F.IsSupported)
            return Quantize(x, GroupSize, q, GroupSize);
        Vector512<float> a = Vector512.Load(x), b = Vector512.Load(x + 16);
        Vector512<int> magnitude = Vector512.Create(Magnitude);
        Vector512<int> most = Vector512.Max(a.AsInt32() & magnitude, b.AsInt32() & magnitude);
        Vector256<int> half = Vector256.Max(most.GetLower(), most.GetUpper());
        Vector128<int> quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        quarter = Vector128.Max(quarter, Vector128.Shuffle(quarter, Vector128.Create(2, 3, 0, 1)));
        quarter = Vector128.Max(quarter, Vector128.Shuffle(quarter, Vector128.Create(1, 0, 3, 2)));
        float largest = BitConverter.Int32BitsToSingle(quarter.ToScalar());
        if (!(largest > 0) || !float.IsFinite(largest))
            return Quantize(x, GroupSize, q, GroupSize);
        Vector512<float> factor = Vector512.Create(127 / largest);
        Vector512<int> low = Avx512F.ConvertToVector512Int32(a * factor), high = Avx512F.ConvertToVector512Int32(b * factor);
        Avx512F.ConvertToVector128SByte(low).Store(q);
        Avx512F.ConvertToVector128SByte(high).Store(q + 16);
        return (largest / 127, Vector512.Sum(low + high));
    }

    // Magnitudes are compared as integers: the order is that of the numbers, and NaN counts as the largest of all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* x, int width)
    {
        int* bits = (int*)x;
        int i = 0;
        Vector128<int> rest = default;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<int> best = default;
            for (; i + 16 <= width; i += 16)
                best = Vector512.Max(best, Vector512.Load(bits + i) & Vector512.Create(Magnitude));
            Vector256<int> half = Vector256.Max(best.GetLower(), best.GetUpper());
            rest = Vector128.Max(half.GetLower(), half.GetUpper());
        }

        for (; i + 4 <= width; i += 4)
            rest = Vector128.Max(rest, Vector128.Load(bits + i) & Vector128.Create(Magnitude));
        int largest = Math.Max(Math.Max(rest[0], rest[1]), Math.Max(rest[2], rest[3]));
        for (; i < width; i++)
            largest = Math.Max(largest, bits[i] & Magnitude);
        return BitConverter.Int32BitsToSingle(largest);
    }
}
