using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;

namespace Tidar.Kernels.Tests;

/// <summary>A low-rank term is added to the rows that are marked, by the same operations as two multiplications of their own, and to no other.</summary>
[Collection(nameof(Processor))]
public sealed class LowRankTests
{
    public static TheoryData<WeightFormat, int, int, int, int> Cases
    {
        get
        {
            TheoryData<WeightFormat, int, int, int, int> cases = [];
            foreach (WeightFormat format in Enum.GetValues<WeightFormat>())
            {
                foreach ((int rows, int width, int inputs, int rank) in new[] { (1, 16, 32, 1), (9, 47, 96, 5), (40, 100, 200, 48), (101, 33, 576, 64), (13, 70, 1536, 70) })
                    cases.Add(format, rows, width, inputs, rank);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Marked_rows_get_the_bits_of_separate_products_and_others_those_of_the_matrix_alone(WeightFormat format, int rows, int width, int inputs, int rank)
    {
        Random random = new(rows + width);
        float[] x = Values(random, rows * inputs), norm = Values(random, inputs), bias = Values(random, width);
        bool[] marks = [.. Enumerable.Range(0, rows).Select(r => r % 7 != 3 && (r < 30 || r > 60))];
        using WeightMatrix matrix = WeightMatrix.Create(format, width, inputs);
        using LowRankTerm term = new(matrix, rank);
        matrix.SetRows(0, Values(random, width * inputs));
        term.Down.SetRows(0, Values(random, rank * inputs));
        term.Up.SetRows(0, Values(random, width * rank));
        float[]? first = null;
        Tiers.OnEach(team =>
        {
            using PreparedRows input = new();
            float[] plain = new float[rows * width], expected = new float[rows * width], actual = new float[rows * width];
            float[] inner = new float[rows * rank], added = new float[rows * width], normalized = new float[rows * inputs];
            for (int r = 0; r < rows; r++)
                RmsNorm.Run(x.AsSpan(r * inputs, inputs), norm, 1e-5f, normalized.AsSpan(r * inputs, inputs));
            input.Set(team, matrix, normalized, rows);
            matrix.Multiply(team, input, plain, bias: bias);
            input.Set(team, term.Down, normalized, rows);
            term.Down.Multiply(team, input, inner);
            input.Set(team, term.Up, inner, rows);
            term.Up.Multiply(team, input, added);
            for (int i = 0; i < plain.Length; i++)
                expected[i] = marks[i / width] ? plain[i] + added[i] : plain[i];
            input.SetNormalized(team, matrix, x, rows, norm, 1e-5f, term, marks);
            matrix.Multiply(team, input, actual, bias: bias);
            Assert.Equal(expected, actual);
            Assert.NotEqual(plain, actual);
            Assert.Equal(first ??= actual, actual);

            // A term that no row gets leaves nothing behind.
            input.SetNormalized(team, matrix, x, rows, norm, 1e-5f, term, new bool[rows]);
            matrix.Multiply(team, input, actual = new float[rows * width], bias: bias);
            Assert.Equal(plain, actual);
        });
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Beside_quantized_weights_the_factors_take_a_byte_a_weight_and_stay_close(WeightFormat format)
    {
        const int Rows = 6, Width = 96, Inputs = 576, Rank = 64;
        Random random = new(5);
        float[] x = Values(random, Rows * Inputs), down = Values(random, Rank * Inputs), up = Values(random, Width * Rank);
        using Threading.WorkerTeam team = new(2);
        using WeightMatrix matrix = WeightMatrix.Create(format, Width, Inputs);
        using LowRankTerm term = new(matrix, Rank);
        term.Down.SetRows(0, down);
        term.Up.SetRows(0, up);
        Assert.InRange(term.Bytes, down.Length + up.Length, (down.Length + up.Length) * 1.1);
        using PreparedRows input = new();
        float[] y = new float[Rows * Width];
        input.Set(team, matrix, x, Rows, term, [.. Enumerable.Repeat(true, Rows)]);
        matrix.SetRows(0, new float[Width * Inputs]);
        matrix.Multiply(team, input, y);
        double error = 0, size = 0;
        for (int r = 0; r < Rows; r++)
        {
            double[] inner = [.. Enumerable.Range(0, Rank).Select(j => Enumerable.Range(0, Inputs).Sum(i => (double)down[(j * Inputs) + i] * x[(r * Inputs) + i]))];
            for (int o = 0; o < Width; o++)
            {
                double exact = Enumerable.Range(0, Rank).Sum(j => up[(o * Rank) + j] * inner[j]);
                error += Math.Pow(y[(r * Width) + o] - exact, 2);
                size += exact * exact;
            }
        }

        Assert.InRange(Math.Sqrt(error / size), 0, 0.03);
    }

    [Fact]
    public void A_term_of_another_matrix_and_missing_marks_are_refused()
    {
        using Threading.WorkerTeam team = new(1);
        using WeightMatrix first = WeightMatrix.Create(WeightFormat.Int8, 8, 64), second = WeightMatrix.Create(WeightFormat.Int8, 8, 64);
        using LowRankTerm term = new(first, 2);
        using PreparedRows input = new();
        Assert.Throws<InvalidOperationException>(() => input.Set(team, second, new float[64], 1, term, [true]));
        Assert.Throws<ArgumentOutOfRangeException>(() => input.Set(team, first, new float[128], 2, term, [true]));
        input.Set(team, first, new float[64], 1, term, [true]);
        Assert.Throws<InvalidOperationException>(() => first.Top(team, input, -1, 1, new int[1], new float[1]));
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
