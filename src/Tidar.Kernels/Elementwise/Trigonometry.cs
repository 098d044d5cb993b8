namespace Tidar.Kernels.Elementwise;

/// <summary>
/// Sine and cosine in double precision from additions and multiplications only, so that rotary tables have the same bits on every machine
/// (a C library may choose its code by processor).
/// </summary>
public static class Trigonometry
{
    // π/2 in three parts of 33 bits: n times a part is exact for n below 2^20.
    private const double HalfPi1 = 1.57079632673412561417e+00;
    private const double HalfPi2 = 6.07710050630396597660e-11;
    private const double HalfPi3 = 2.02226624871116645580e-21;
    private const double HalfPi3Tail = 8.47842766036889956997e-32;

    /// <summary>The largest argument, about 1.6 million radians.</summary>
    public const double Largest = 1_600_000;

    /// <summary>sin and cos of <paramref name="angle"/> in radians, to about 1e-16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is beyond ±<see cref="Largest"/>.</exception>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        if (!(Math.Abs(angle) <= Largest))
            throw new ArgumentOutOfRangeException(nameof(angle), angle, "beyond the range of the reduction");
        double n = Math.Round(angle * (2 / Math.PI));
        double r = angle - (n * HalfPi1);
        r -= n * HalfPi2;
        r -= n * HalfPi3;
        r -= n * HalfPi3Tail;
        double sin = Sin(r), cos = Cos(r);
        return ((long)n & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    // Taylor series: on |r| ≤ π/4 the first omitted terms are below 1e-17.
    private static double Sin(double r)
    {
        double z = r * r;
        double p = -1.0 / 1307674368000;
        p = (p * z) + (1.0 / 6227020800);
        p = (p * z) - (1.0 / 39916800);
        p = (p * z) + (1.0 / 362880);
        p = (p * z) - (1.0 / 5040);
        p = (p * z) + (1.0 / 120);
        p = (p * z) - (1.0 / 6);
        return r + (r * z * p);
    }

    private static double Cos(double r)
    {
        double z = r * r;
        double p = 1.0 / 20922789888000;
        p = (p * z) - (1.0 / 87178291200);
        p = (p * z) + (1.0 / 479001600);
        p = (p * z) - (1.0 / 3628800);
        p = (p * z) + (1.0 / 40320);
        p = (p * z) - (1.0 / 720);
        p = (p * z) + (1.0 / 24);
        p = (p * z) - 0.5;
        return 1 + (z * p);
    }
}
