using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Quantization;

/// <summary>Symmetric 8-bit quantization of a row: q = round(x · 127 / max|x|), ties to even.</summary>
internal static unsafe class Int8Rows
{
    // 1.5·2^23: adding and subtracting it rounds to the nearest integer, ties to even, in every register width.
    private const float Shifter = 12582912f;

    /// <summary>Quantizes <paramref name="x"/> [width] into <paramref name="q"/> [paddedWidth], zero-padded.</summary>
    /// <returns>The scale (x ≈ scale · q) and Σ q, by which the offset of unsigned weights is taken out again.</returns>
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

    private static float Largest(float* x, int width)
    {
        Vector128<float> best = default;
        int i = 0;
        for (; i + 4 <= width; i += 4)
            best = Vector128.Max(best, Vector128.Abs(Vector128.Load(x + i)));
        float largest = MathF.Max(MathF.Max(best[0], best[1]), MathF.Max(best[2], best[3]));
        for (; i < width; i++)
            largest = MathF.Max(largest, MathF.Abs(x[i]));
        return largest;
    }
}
