using Tidar.Kernels.Generated;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed class BFloat16OperandTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 1, 33, 7 }, { 3, 31, 64 }, { 13, 128, 600 }, { 17, 100, 33 }, { 97, 65, 385 }, { 200, 32, 16 }, { 201, 260, 1030 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_the_serial_chain_of_the_rounded_operands_however_they_are_packed(int rows, int columns, int k)
    {
        Random random = new(rows + columns + k);
        float[] weights = Values(random, columns * k), x = Values(random, rows * k), start = Values(random, rows * columns);
        float[] expected = Reference(x, weights, rows, columns, k, new float[rows * columns]), added = Reference(x, weights, rows, columns, k, start);
        Tiers.OnEach(team =>
        {
            using BFloat16Operand operand = new();
            operand.PackTransposed(team, weights, columns, k);
            Check(operand, team);
            operand.Pack(team, Transposed(team, weights, columns, k), k, columns);
            Check(operand, team);
        });

        void Check(BFloat16Operand operand, WorkerTeam team)
        {
            float[] y = new float[rows * columns], sum = [.. start], transposed = new float[rows * columns];
            operand.Multiply(team, x, rows, y);
            operand.Multiply(team, x, rows, sum, accumulate: true);
            operand.MultiplyTransposed(team, Transposed(team, x, rows, k), rows, transposed);
            Assert.Equal(y, transposed);
            AssertEqual(expected, y, k);
            AssertEqual(added, sum, k);
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others_at_any_place()
    {
        const int Rows = 70, Columns = 70, K = 700;
        Random random = new(3);
        float[] weights = Values(random, Columns * K), x = Values(random, Rows * K);
        Tiers.OnEach(team =>
        {
            using BFloat16Operand operand = new();
            operand.PackTransposed(team, weights, Columns, K);
            float[] y = new float[Rows * Columns], alone = new float[Columns], shifted = new float[(Rows - 5) * Columns];
            operand.Multiply(team, x, Rows, y);
            for (int r = 0; r < Rows; r += 23)
            {
                operand.Multiply(team, x.AsSpan(r * K, K), 1, alone);
                Assert.Equal(y[(r * Columns)..((r + 1) * Columns)], alone);
            }

            operand.Multiply(team, x.AsSpan(5 * K), Rows - 5, shifted);
            Assert.Equal(y[(5 * Columns)..], shifted);
        });
    }

    [Fact]
    public void Where_the_system_refuses_executable_memory_float32_gives_the_same_bits()
    {
        const int Rows = 20, Columns = 50, K = 90;
        Random random = new(4);
        float[] weights = Values(random, Columns * K), x = Values(random, Rows * K), expected = Reference(x, weights, Rows, Columns, K, new float[Rows * Columns]);
        (nint[] vectors, nint[] tiles) = (VectorKernels.BFloat16.Entries, AmxKernels.Entries);
        try
        {
            unsafe
            {
                (VectorKernels.BFloat16.Entries, AmxKernels.Entries) = (VectorKernels.BFloat16.Place(_ => null), AmxKernels.Place(_ => null));
            }

            Assert.Equal("float32 multiply-add", Processor.BFloat16Instructions);
            using WorkerTeam team = new(2);
            using BFloat16Operand operand = new();
            float[] y = new float[Rows * Columns];
            operand.PackTransposed(team, weights, Columns, K);
            operand.Multiply(team, x, Rows, y);
            Assert.Equal(expected, y);
        }
        finally
        {
            (VectorKernels.BFloat16.Entries, AmxKernels.Entries) = (vectors, tiles);
        }
    }

    [Fact]
    public void Values_that_are_not_finite_stay_so()
    {
        Tiers.OnEach(team =>
        {
            using BFloat16Operand operand = new();
            float[] weights = new float[40 * 40], x = [.. Enumerable.Repeat(1f, 40)], y = new float[40];
            for (int i = 0; i < 40; i++)
                weights[i * 41] = 1;

            // A NaN whose set bits all lie in the half that rounding drops.
            (x[3], x[30]) = (BitConverter.UInt32BitsToSingle(0x7F800001), float.PositiveInfinity);
            operand.PackTransposed(team, weights, 40, 40);
            operand.Multiply(team, x, 1, y);
            Assert.All(y, v => Assert.True(float.IsNaN(v))); // NaN · 0 is NaN in every output
            x[3] = 1;
            operand.Multiply(team, x, 1, y);
            Assert.Equal(float.PositiveInfinity, y[30]);
        });
    }

    // Tiles add even and odd elements in two chains a step: close, not equal.
    private static void AssertEqual(float[] expected, float[] actual, int k)
    {
        if (Processor.BFloat16Instructions != "tdpbf16ps")
        {
            Assert.Equal(expected, actual);
            return;
        }

        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6f * k);
    }

    private static float[] Reference(float[] x, float[] weights, int rows, int columns, int k, float[] start)
    {
        float[] y = [.. start], a = Rounded(x), b = Rounded(weights);
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                float sum = y[(r * columns) + c];
                for (int i = 0; i < k; i++)
                    sum = MathF.FusedMultiplyAdd(a[(r * k) + i], b[(c * k) + i], sum);
                y[(r * columns) + c] = sum;
            }
        }

        return y;
    }

    private static float[] Rounded(float[] values) => [.. values.Select(v => BFloat16.ToSingle(BFloat16.FromSingle(v)))];

    private static float[] Transposed(WorkerTeam team, float[] source, int rows, int columns)
    {
        float[] result = new float[source.Length];
        Transposition.Run(team, source, rows, columns, result);
        return result;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
