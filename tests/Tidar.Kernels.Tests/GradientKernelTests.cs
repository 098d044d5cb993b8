using Tidar.Kernels.Attention;
using Tidar.Kernels.Elementwise;

namespace Tidar.Kernels.Tests;

/// <summary>Every backward kernel against central differences of its forward, in double precision where the forward is simple enough to write out.</summary>
[Collection(nameof(Processor))]
public sealed class GradientKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(37)]
    public void Gradients_of_row_kernels_are_the_slopes_of_their_forwards_and_the_same_bits_on_every_tier(int width)
    {
        float[]? first = null;
        Tiers.OnEach(_ =>
        {
            Random random = new(width);
            float[] x = Values(random, 3 * width), w = Values(random, width), dy = Values(random, 3 * width), up = Values(random, 3 * width);
            List<float> results = [];

            float[] norm = new float[3 * width], normWeight = new float[width];
            RmsNormGradient.Run(x, w, 1e-3f, (float[])dy.Clone(), norm, normWeight, accumulate: false);
            CheckSlopes(x, norm, v => Weighted(Norm(v, w, width), dy));
            CheckSlopes(w, normWeight, v => Weighted(Norm(x, v, width), dy));
            results.AddRange([.. norm, .. normWeight]);

            float[] gate = new float[3 * width], upGradient = new float[3 * width];
            SwiGluGradient.Run(x, up, dy, gate, upGradient);
            CheckSlopes(x, gate, v => Weighted(SwiGlu(v, up), dy));
            CheckSlopes(up, upGradient, v => Weighted(SwiGlu(x, v), dy));
            results.AddRange([.. gate, .. upGradient]);

            float[] scores = (float[])x.Clone(), softmax = (float[])dy.Clone();
            SoftmaxGradient.Run(scores, softmax, 0.7f);
            CheckSlopes(x, softmax, v => Weighted(SoftmaxOf(v, 0.7), dy));
            results.AddRange([.. scores, .. softmax]);

            float[] logits = (float[])x.Clone();
            float loss = CrossEntropy.Run(logits, width / 2, 0.3f);
            Assert.Equal(-Math.Log(SoftmaxOf(x, 1)[width / 2]), loss, 1e-5);
            CheckSlopes(x, logits, v => -0.3 * Math.Log(SoftmaxOf(v, 1)[width / 2]));
            results.AddRange(logits);

            first ??= [.. results];
            Assert.Equal(first, results.ToArray());
        });
    }

    [Fact]
    public void Heads_of_a_row_are_normalized_to_the_bits_of_one_after_another()
    {
        Tiers.OnEach(team =>
        {
            Random random = new(team.Threads);
            float[] x = Values(random, 5 * 22), w = Values(random, 22), expected = (float[])x.Clone();
            for (int h = 0; h < 5; h++)
                RmsNorm.Run(x.AsSpan(h * 22, 22), w, 1e-6f, expected.AsSpan(h * 22, 22));
            RmsNorm.RunHeads(x, w, 1e-6f);
            Assert.Equal(expected, x);
        });
    }

    [Fact]
    public void Rows_written_together_are_stored_as_rows_written_one_by_one()
    {
        const int Heads = 3, Dimension = 20, Stride = 2 * Heads * Dimension, Rows = 50, Slot = 9;
        float[] states = Values(new Random(5), Rows * Stride);
        using KeyValueStore one = new(Heads, Dimension, 64), many = new(Heads, Dimension, 64);
        for (int r = 0; r < Rows; r++)
            one.Write(Slot + r, states.AsSpan(r * Stride, Stride / 2), states.AsSpan((r * Stride) + (Stride / 2), Stride / 2));
        many.WriteRows(Slot, Rows, states, states.AsSpan(Stride / 2), Stride);
        float[] query = Values(new Random(6), Heads * Dimension);
        Assert.Equal(Attend(one), Attend(many));

        float[] Attend(KeyValueStore store)
        {
            using PrefixSpanAttention attention = new(Heads, Heads, Dimension);
            using Threading.WorkerTeam team = new(1);
            float[] output = new float[Heads * Dimension];
            attention.Run(team, query, query.Length, [new AttentionRow(Slot, Rows, 0, 0)], [new AttentionTile(0, 1, 0)], [store], store, output);
            return output;
        }
    }

    // Central differences of a function in double precision: their own error is about 1e-8.
    private static void CheckSlopes(float[] at, float[] gradient, Func<double[], double> function)
    {
        const double Step = 1e-5;
        double[] x = [.. at.Select(v => (double)v)];
        for (int i = 0; i < x.Length; i++)
        {
            double kept = x[i];
            x[i] = kept + Step;
            double above = function(x);
            x[i] = kept - Step;
            double below = function(x);
            x[i] = kept;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 2e-5);
        }
    }

    private static double Weighted(double[] y, float[] dy) => y.Zip(dy, (a, b) => a * b).Sum();

    private static double[] Norm<TX, TW>(TX[] x, TW[] w, int width)
        where TX : IConvertible
        where TW : IConvertible
    {
        double[] values = [.. x.Select(v => v.ToDouble(null))];
        return [.. values.Chunk(width).SelectMany(head =>
        {
            double factor = 1 / Math.Sqrt((head.Sum(v => v * v) / width) + 1e-3f);
            return head.Select((v, i) => v * factor * w[i].ToDouble(null));
        })];
    }

    private static double[] SwiGlu<TX, TU>(TX[] gate, TU[] up)
        where TX : IConvertible
        where TU : IConvertible
        => [.. gate.Zip(up, (g, u) => g.ToDouble(null) / (1 + Math.Exp(-g.ToDouble(null))) * u.ToDouble(null))];

    private static double[] SoftmaxOf<T>(T[] x, double scale)
        where T : IConvertible
    {
        double[] e = [.. x.Select(v => Math.Exp(v.ToDouble(null) * scale))];
        double sum = e.Sum();
        return [.. e.Select(v => v / sum)];
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
