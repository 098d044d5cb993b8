using Tidar.Kernels.Elementwise;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed class ElementwiseTests
{
    [Fact]
    public void The_exponential_is_accurate_to_two_units_in_the_last_place_and_equal_on_every_tier()
    {
        float[] x = [.. Enumerable.Range(0, 200_003).Select(i => -87f + (i * 175f / 200_003))];
        float[]? first = null;
        Tiers.OnEach(_ =>
        {
            float[] y = new float[x.Length];
            Activations.Exp(x, y);
            first ??= y;
            Assert.Equal(first, y);
        });
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Math.Exp(x[i]);
            Assert.InRange(Math.Abs(first![i] - exact) / exact, 0, 2.4e-7);
        }
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(40, 1)]
    [InlineData(1000, 16)]
    public void The_largest_entries_come_in_order_and_the_lowest_index_first_among_equals(int count, int wanted)
    {
        Random random = new(count);
        float[] x = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-20, 20))], values = new float[wanted];
        int[] indices = new int[wanted], expected = [.. Enumerable.Range(0, count).OrderByDescending(i => x[i]).ThenBy(i => i).Take(wanted)];
        LargestEntries.Find(x, indices, values);
        Assert.Equal(expected, indices[..expected.Length]);
        Assert.Equal(expected.Select(i => x[i]), values[..expected.Length]);
        Assert.All(indices[expected.Length..], i => Assert.Equal(-1, i));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(577)]
    public void Sums_have_one_order_on_every_tier(int count)
    {
        Random random = new(count);
        float[] x = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 8) - 4)];
        float? sum = null, magnitudes = null;
        Tiers.OnEach(_ =>
        {
            sum ??= Reduction.Sum(x);
            magnitudes ??= Reduction.SumOfMagnitudes(x);
            Assert.Equal(sum, Reduction.Sum(x));
            Assert.Equal(magnitudes, Reduction.SumOfMagnitudes(x));
        });
        Assert.Equal(x.Sum(v => (double)v), sum!.Value, 1e-5 * (count + 1));
        Assert.Equal(x.Sum(v => Math.Abs((double)v)), magnitudes!.Value, 1e-5 * (count + 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(577)]
    public void Norm_softmax_and_swiglu_equal_their_definitions_on_every_tier(int width)
    {
        Random random = new(width);
        float[] x = [.. Enumerable.Range(0, width).Select(_ => (random.NextSingle() * 8) - 4)];
        float[] w = [.. Enumerable.Range(0, width).Select(_ => (random.NextSingle() * 2) - 1)];
        double rms = Math.Sqrt(x.Average(v => (double)v * v) + 1e-5);
        double[] exponentials = [.. x.Select(v => Math.Exp(0.5 * v))];
        float[]? first = null;
        Tiers.OnEach(_ =>
        {
            float[] norm = new float[width], silu = new float[width], soft = [.. x];
            RmsNorm.Run(x, w, 1e-5f, norm);
            Activations.SwiGlu(x, w, silu);
            Softmax.Run(soft, 0.5f);
            for (int i = 0; i < width; i++)
            {
                Assert.Equal(x[i] / rms * w[i], norm[i], 1e-5);
                Assert.Equal(x[i] / (1 + Math.Exp(-x[i])) * w[i], silu[i], 1e-5);
                Assert.Equal(exponentials[i] / exponentials.Sum(), soft[i], 1e-6);
            }

            float[] all = [.. norm, .. silu, .. soft];
            first ??= all;
            Assert.Equal(first, all);
        });
    }

    [Fact]
    public void Sine_and_cosine_agree_with_the_runtime()
    {
        Random random = new(7);
        for (int i = 0; i < 100_000; i++)
        {
            double angle = i < 50_000 ? random.NextDouble() * 20 : random.NextDouble() * Trigonometry.Largest;
            (double sin, double cos) = Trigonometry.SinCos(angle);
            Assert.Equal(Math.Sin(angle), sin, 1e-13);
            Assert.Equal(Math.Cos(angle), cos, 1e-13);
        }
    }

    [Fact]
    public void The_largest_element_is_found_wherever_it_is_and_the_first_wins_a_tie()
    {
        for (int length = 1; length < 70; length++)
        {
            for (int at = 0; at < length; at++)
            {
                float[] x = new float[length];
                Array.Fill(x, -3f);
                x[at] = 1;
                Assert.Equal(at, Reduction.ArgMax(x));
                if (at + 1 < length)
                    x[length - 1] = 1;
                Assert.Equal(at, Reduction.ArgMax(x));
            }
        }
    }

    [Fact]
    public void Rotating_forth_and_back_is_the_identity()
    {
        using RotaryEmbedding rope = new([1f, 0.1f, 0.01f], 1);
        rope.Reserve(500);
        float[] x = [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6], y = [.. x];
        rope.Rotate(y, 321);
        Assert.Equal((1 * Math.Cos(321)) - (4 * Math.Sin(321)), y[0], 1e-5);
        Assert.Equal((5 * Math.Cos(32.1)) + (2 * Math.Sin(32.1)), y[4], 1e-4);
        rope.RotateBack(y, 321);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(x[i], y[i], 1e-5);
    }
}
