using Tidar.Decoding.Sampling;

namespace Tidar.Decoding.Tests.Sampling;

/// <summary>Noise of (seed, position, token).</summary>
public sealed class GumbelNoiseTests
{
    [Fact]
    public void The_logarithm_is_that_of_the_platform_to_the_last_digits()
    {
        Random random = new(1);
        for (int i = 0; i < 200_000; i++)
        {
            double x = i < 100_000 ? random.NextDouble() : Math.Pow(10, (random.NextDouble() * 600) - 300);
            double expected = Math.Log(x), actual = DeterministicMath.Log(x);
            Assert.True(Math.Abs(expected - actual) <= 4e-16 * Math.Max(1, Math.Abs(expected)), $"ln {x:R}: {actual:R} instead of {expected:R}");
        }

        foreach (double near in new[] { 1 - 1e-16, 1 - 1e-12, 1 - 1e-6, 1 + 1e-9 })
            Assert.True(Math.Abs((DeterministicMath.Log(near) / Math.Log(near)) - 1) < 1e-14, $"relative error at {near:R}");
        Assert.Equal(0, DeterministicMath.Log(1));
    }

    [Fact]
    public void The_cheap_bound_is_never_below_the_noise()
    {
        GumbelNoise noise = new(7, 3);
        for (int token = 0; token < 200_000; token++)
        {
            ulong bits = noise.Bits(token);
            Assert.True(GumbelNoise.Bound(bits) >= GumbelNoise.FromBits(bits));
        }

        for (int zeros = 0; zeros < 64; zeros++)
        {
            foreach (ulong bits in new[] { ~(ulong.MaxValue >> zeros), ~((ulong.MaxValue >> zeros) ^ 1), ulong.MaxValue << (63 - zeros) })
                Assert.True(GumbelNoise.Bound(bits) >= GumbelNoise.FromBits(bits), $"{bits:X}");
        }

        Assert.True(double.IsFinite(GumbelNoise.FromBits(0)) && double.IsFinite(GumbelNoise.FromBits(ulong.MaxValue)));
    }

    [Fact]
    public void Noise_has_the_moments_of_the_Gumbel_distribution_along_seeds_positions_and_tokens()
    {
        const int N = 100_000;

        // Mean 0.5772 with standard error π/√6/√N, variance π²/6; five standard errors are passed by chance once in two million.
        const double Mean = 0.57721566490153286, Tolerance = 5 * 1.2825 / 316.2;
        Func<int, double>[] walks =
        [
            i => new GumbelNoise(0, 0).Of(i),
            i => new GumbelNoise(0, i).Of(0),
            i => new GumbelNoise(i, 0).Of(0),
            i => new GumbelNoise(i, i).Of(i),
            i => new GumbelNoise(-i, 5).Of(1),
        ];
        foreach (Func<int, double> walk in walks)
        {
            double[] values = [.. Enumerable.Range(0, N).Select(walk)];
            double mean = values.Average(), variance = values.Average(v => (v - mean) * (v - mean));
            double lag = Enumerable.Range(1, N - 1).Average(i => (values[i] - mean) * (values[i - 1] - mean)) / variance;
            Assert.InRange(mean, Mean - Tolerance, Mean + Tolerance);
            Assert.InRange(variance, (Math.PI * Math.PI / 6) - 0.06, (Math.PI * Math.PI / 6) + 0.06);
            Assert.InRange(lag, -0.016, 0.016);
        }
    }

    [Fact]
    public void Noise_is_the_same_bits_everywhere()
    {
        // Recorded once. Any change breaks the promise that a seed gives the same text on every machine and version.
        Assert.Equal(
            [.. Expected],
            Enumerable.Range(0, 4).Select(i => BitConverter.DoubleToInt64Bits(new GumbelNoise(42 - i, 1000 * i).Of(i * 12345)).ToString("X16")));
    }

    private static readonly string[] Expected = ["3FF1749D12EAA22B", "BFD63F7641F9FF80", "3FF4936FADC4A449", "3FEAE3E3D997378C"];
}
