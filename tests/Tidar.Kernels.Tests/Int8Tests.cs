using System.Runtime.Intrinsics.X86;

using Tidar.Kernels.Matrices;
using Tidar.Kernels.Quantization;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed unsafe class Int8Tests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 16)]
    [InlineData(7, 32)]
    [InlineData(12, 144)]
    [InlineData(12, 5)]
    public void Every_way_of_summing_gives_the_exact_integers_at_the_extremes_too(int rows, int groups)
    {
        Random random = new(rows * groups);
        sbyte[] a = new sbyte[rows * groups * 4];
        byte[] w = new byte[groups * 128];
        foreach (bool extreme in new[] { false, true })
        {
            for (int i = 0; i < a.Length; i++)
                a[i] = extreme ? (random.Next(2) == 0 ? (sbyte)-128 : (sbyte)127) : (sbyte)random.Next(-128, 128);
            for (int i = 0; i < w.Length; i++)
                w[i] = extreme ? (byte)255 : (byte)random.Next(256);
            int[] expected = new int[rows * 32];
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < 32; c++)
                {
                    for (int k = 0; k < groups * 4; k++)
                        expected[(r * 32) + c] += a[(r * groups * 4) + k] * w[(k / 4 * 128) + (c * 4) + (k % 4)];
                }
            }

            fixed (sbyte* pa = a)
            fixed (byte* pw = w)
            {
                foreach (Int8Instruction instruction in Instructions())
                {
                    int[] actual = new int[rows * 32];
                    fixed (int* sums = actual)
                        Int8Tile.MultiplyRows(instruction, pa, groups * 4, rows, pw, groups, sums);
                    Assert.True(expected.AsSpan().SequenceEqual(actual), $"{instruction}");
                }

                if (groups % 16 != 0)
                    continue; // matrices pad k to whole tiles
                int[] together = new int[rows * 32];
                fixed (int* sums = together)
                    Int8Tile.Multiply(pa, groups * 4, rows, pw, groups, sums, pw, new PanelAhead(0, 0, 1));
                Assert.Equal(expected, together);
            }
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 33, 7)]
    [InlineData(13, 96, 192)]
    [InlineData(30, 70, 1536)]
    [InlineData(300, 40, 100)]
    public void A_matrix_gives_the_same_bits_on_every_tier_and_close_to_the_exact_product(int rows, int outputs, int inputs)
    {
        Random random = new(rows + outputs);
        float[] weights = Values(random, outputs * inputs), x = Values(random, rows * inputs);
        for (int r = 0; r < rows; r++)
            x[r * inputs] *= 20;
        using Int8Matrix matrix = new(outputs, inputs);
        matrix.SetRows(0, weights);
        float[]? first = null;
        Tiers.OnEach(team =>
        {
            using PreparedRows input = new();
            float[] y = new float[rows * outputs];
            input.Set(team, matrix, x, rows);
            matrix.Multiply(team, input, y);
            first ??= y;
            Assert.Equal(first, y);

            float[] last = new float[outputs];
            input.Set(team, matrix, x.AsSpan((rows - 1) * inputs), 1);
            matrix.Multiply(team, input, last);
            Assert.Equal(first[^outputs..], last);
        });
        double error = 0, size = 0;
        for (int r = 0; r < rows; r++)
        {
            for (int o = 0; o < outputs; o++)
            {
                double exact = 0;
                for (int k = 0; k < inputs; k++)
                    exact += (double)x[(r * inputs) + k] * weights[(o * inputs) + k];
                error += Math.Pow(exact - first![(r * outputs) + o], 2);
                size += exact * exact;
            }
        }

        Assert.InRange(Math.Sqrt(error / size), 0, 0.02);
    }

    [Fact]
    public void The_rotation_is_orthonormal_and_its_own_inverse()
    {
        Random random = new(1);
        foreach (int block in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 512 })
        {
            float[] x = Values(random, block * 3), y = [.. x];
            fixed (float* p = y)
            {
                double norm = HadamardRotation.Norm(block);
                HadamardRotation.Run(p, y.Length, block);
                Assert.Equal(x.Sum(v => (double)v * v), y.Sum(v => norm * v * norm * v), 1e-3);
                if (block > 1)
                    Assert.Equal(x[..block].Sum(), y[0], 1e-4);
                for (int i = 0; i < y.Length; i++)
                    Assert.Equal(Transformed(x, i / block * block, block, i % block), y[i], 1e-4);
                HadamardRotation.Run(p, y.Length, block);
                for (int i = 0; i < x.Length; i++)
                    Assert.Equal(x[i], norm * norm * y[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Rows_of_zeros_and_rows_that_are_not_finite_are_told_apart()
    {
        sbyte[] q = new sbyte[64];
        float[] zeros = new float[50], infinite = [.. Enumerable.Repeat(1f, 49), float.PositiveInfinity];
        fixed (sbyte* pq = q)
        fixed (float* pz = zeros, pi = infinite)
        {
            Assert.Equal((0f, 0), Int8Rows.Quantize(pz, 50, pq, 64));
            Assert.True(float.IsNaN(Int8Rows.Quantize(pi, 50, pq, 64).Scale));
        }
    }

    // Row i of the Hadamard matrix has the sign of the parity of i AND j at column j.
    private static double Transformed(float[] x, int first, int block, int row)
    {
        double sum = 0;
        for (int j = 0; j < block; j++)
            sum += System.Numerics.BitOperations.PopCount((uint)(row & j)) % 2 == 0 ? x[first + j] : -x[first + j];
        return sum;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];

    private static IEnumerable<Int8Instruction> Instructions()
    {
        yield return Int8Instruction.Portable;
        if (Avx2.IsSupported)
            yield return Int8Instruction.Avx2;
        if (AvxVnni.IsSupported)
            yield return Int8Instruction.AvxVnni;
    }
}
