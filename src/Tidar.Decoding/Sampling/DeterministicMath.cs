namespace Tidar.Decoding.Sampling;

/// <summary>
/// The natural logarithm from IEEE basic operations alone: the same bits on every processor and operating system, which the platform's library does not
/// promise.
/// </summary>
internal static class DeterministicMath
{
    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const double Ln2 = 0.69314718055994530942;
    private const double Sqrt2 = 1.41421356237309504880;

    /// <summary>ln x for a positive normal number; relative error about 1e-15.</summary>
    /// <remarks>x = 2^e·m with m between √½ and √2, and ln m = 2·artanh s with s = (m-1)/(m+1), by its series up to s^21.</remarks>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> MantissaBits) - ExponentBias;
        double mantissa = BitConverter.Int64BitsToDouble((bits & ((1L << MantissaBits) - 1)) | ((long)ExponentBias << MantissaBits));
        if (mantissa > Sqrt2)
        {
            mantissa *= 0.5;
            exponent++;
        }

        double s = (mantissa - 1) / (mantissa + 1), square = s * s;
        double sum = 1.0 / 21;
        for (int n = 19; n >= 1; n -= 2)
            sum = (sum * square) + (1.0 / n);
        return (exponent * Ln2) + (2 * s * sum);
    }
}
