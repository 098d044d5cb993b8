using Tidar.Kernels.Matrices;
using Tidar.Kernels.Quantization;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed unsafe class Int4Tests
{
    public static TheoryData<Int4Scales, int, int, int> Cases
    {
        get
        {
            TheoryData<Int4Scales, int, int, int> cases = [];
            foreach (Int4Scales scales in Enum.GetValues<Int4Scales>())
            {
                foreach ((int rows, int outputs, int inputs) in new[] { (1, 1, 1), (2, 33, 40), (5, 32, 64), (7, 70, 576), (29, 100, 320) })
                    cases.Add(scales, rows, outputs, inputs);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_tier_gives_the_bits_of_the_plain_chain_over_groups(Int4Scales scales, int rows, int outputs, int inputs)
    {
        Random random = new(rows + outputs + inputs);
        int groups = (inputs + 31) / 32, padded = groups * 32;
        byte[] levels = new byte[outputs * padded];
        random.NextBytes(levels);
        for (int i = 0; i < levels.Length; i++)
            levels[i] = i % padded < inputs ? (byte)(levels[i] & 15) : (byte)0;
        float[] scale = [.. Values(random, outputs * groups).Select(v => (float)(Half)v)];
        float[] minimum = [.. scale.Select(s => scales == Int4Scales.HalfSymmetric ? -8 * s : (float)(Half)(s * -7.3f))];

        // Subnormal and zero scales too.
        (scale[0], minimum[0]) = (6e-8f, scales == Int4Scales.HalfSymmetric ? -8 * (float)(Half)6e-8f : 0);
        scale[0] = (float)(Half)scale[0];
        float[] x = Values(random, rows * inputs);
        x[0] = 40;
        using Int4Matrix matrix = new(outputs, inputs, scales);
        matrix.SetGrid(0, outputs, levels, scale, minimum);
        float[] expected = Reference(scales, levels, scale, minimum, x, rows, outputs, inputs);
        Tiers.OnEach(team =>
        {
            using PreparedRows input = new();
            float[] y = new float[rows * outputs];
            input.Set(team, matrix, x, rows);
            matrix.Multiply(team, input, y);
            Assert.Equal(expected, y);
        });
    }

    [Theory]
    [InlineData(Int4Scales.HalfSymmetric, 0.16)]
    [InlineData(Int4Scales.Half, 0.12)]
    [InlineData(Int4Scales.Single, 0.12)]
    public void Weights_that_are_on_no_grid_are_rounded_to_the_nearest_level(Int4Scales scales, double limit)
    {
        const int Outputs = 40, Inputs = 256;
        Random random = new(3);
        float[] weights = Values(random, Outputs * Inputs), x = Values(random, Inputs), y = new float[Outputs];
        using Threading.WorkerTeam team = new(1);
        using Int4Matrix matrix = new(Outputs, Inputs, scales);
        using PreparedRows input = new();
        matrix.SetRows(0, weights);
        input.Set(team, matrix, x, 1);
        matrix.Multiply(team, input, y);
        double error = 0, size = 0;
        for (int o = 0; o < Outputs; o++)
        {
            double exact = 0;
            for (int k = 0; k < Inputs; k++)
                exact += (double)weights[(o * Inputs) + k] * x[k];
            error += Math.Pow(exact - y[o], 2);
            size += exact * exact;
        }

        Assert.InRange(Math.Sqrt(error / size), 1e-6, limit);
    }

    private static float[] Reference(Int4Scales scales, byte[] levels, float[] scale, float[] minimum, float[] x, int rows, int outputs, int inputs)
    {
        int groups = (inputs + 31) / 32;
        float[] y = new float[rows * outputs];
        sbyte[] q = new sbyte[32];
        for (int r = 0; r < rows; r++)
        {
            for (int g = 0; g < groups; g++)
            {
                float[] part = x[((r * inputs) + (g * 32))..((r * inputs) + Math.Min(inputs, (g + 1) * 32))];
                float a;
                int total;
                fixed (float* px = part)
                fixed (sbyte* pq = q)
                    (a, total) = Int8Rows.Quantize(px, part.Length, pq, 32);
                for (int o = 0; o < outputs; o++)
                {
                    int sum = 0, cell = (o * groups) + g;
                    for (int k = 0; k < 32; k++)
                        sum += q[k] * levels[(cell * 32) + k];
                    ref float result = ref y[(r * outputs) + o];
                    result = MathF.FusedMultiplyAdd(scales == Int4Scales.HalfSymmetric ? sum - (8 * total) : sum, scale[cell] * a, result);
                    if (scales != Int4Scales.HalfSymmetric)
                        result = MathF.FusedMultiplyAdd(minimum[cell], a * total, result);
                }
            }
        }

        return y;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
