using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed class EpilogueTests
{
    public static TheoryData<WeightFormat, int, int, int> Cases
    {
        get
        {
            TheoryData<WeightFormat, int, int, int> cases = [];
            foreach (WeightFormat format in Enum.GetValues<WeightFormat>())
            {
                foreach ((int rows, int width, int inputs) in new[] { (1, 1, 32), (5, 16, 64), (13, 47, 96), (40, 100, 200), (101, 33, 576) })
                    cases.Add(format, rows, width, inputs);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_fused_epilogue_gives_the_bits_of_separate_steps(WeightFormat format, int rows, int width, int inputs)
    {
        Random random = new(rows + width);
        float[] x = Values(random, rows * inputs), norm = Values(random, inputs), bias = Values(random, width), start = Values(random, rows * width);
        using WeightMatrix matrix = WeightMatrix.Create(format, width, inputs);
        matrix.SetRows(0, Values(random, width * inputs));
        Tiers.OnEach(team =>
        {
            using PreparedRows input = new();
            float[] plain = new float[rows * width], biased = new float[rows * width], added = [.. start];
            input.SetNormalized(team, matrix, x, rows, norm, 1e-5f);
            matrix.Multiply(team, input, plain);
            matrix.Multiply(team, input, biased, bias: bias);
            matrix.Multiply(team, input, added, Epilogue.Add, bias);
            for (int i = 0; i < plain.Length; i++)
            {
                Assert.Equal(plain[i] + bias[i % width], biased[i]);
                Assert.Equal(start[i] + biased[i], added[i]);
            }

            float[] normalized = new float[x.Length];
            for (int r = 0; r < rows; r++)
                RmsNorm.Run(x.AsSpan(r * inputs, inputs), norm, 1e-5f, normalized.AsSpan(r * inputs, inputs));
            float[] separate = new float[rows * width];
            input.Set(team, matrix, normalized, rows);
            matrix.Multiply(team, input, separate);
            Assert.Equal(plain, separate);
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SwiGlu_in_the_epilogue_gives_the_bits_of_separate_projections(WeightFormat format, int rows, int width, int inputs)
    {
        Random random = new(rows * width);
        float[] x = Values(random, rows * inputs), gateWeights = Values(random, width * inputs), upWeights = Values(random, width * inputs);
        float[] gateBias = Values(random, width), upBias = Values(random, width), bias = new float[GatedRows.Count(width)];
        using WeightMatrix gate = WeightMatrix.Create(format, width, inputs), up = WeightMatrix.Create(format, width, inputs);
        using WeightMatrix both = WeightMatrix.Create(format, GatedRows.Count(width), inputs);
        gate.SetRows(0, gateWeights);
        up.SetRows(0, upWeights);
        for (int i = 0; i < width; i++)
        {
            both.SetRows(GatedRows.IndexOf(i, up: false), gateWeights.AsSpan(i * inputs, inputs));
            both.SetRows(GatedRows.IndexOf(i, up: true), upWeights.AsSpan(i * inputs, inputs));
            bias[GatedRows.IndexOf(i, up: false)] = gateBias[i];
            bias[GatedRows.IndexOf(i, up: true)] = upBias[i];
        }

        Tiers.OnEach(team =>
        {
            using PreparedRows input = new();
            float[] g = new float[rows * width], u = new float[rows * width], expected = new float[rows * width], actual = new float[rows * width];
            input.Set(team, gate, x, rows);
            gate.Multiply(team, input, g, bias: gateBias);
            input.Set(team, up, x, rows);
            up.Multiply(team, input, u, bias: upBias);
            Activations.SwiGlu(g, u, expected);
            input.Set(team, both, x, rows);
            both.Multiply(team, input, actual, Epilogue.SwiGlu, bias);
            Assert.Equal(expected, actual);
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_largest_results_of_a_row_are_found_without_storing_the_others(WeightFormat format, int rows, int width, int inputs)
    {
        Random random = new(rows * width + 1);
        float[] x = Values(random, rows * inputs), weights = Values(random, width * inputs);

        // Equal columns: the lower one counts.
        for (int column = width / 2; column < width; column++)
            weights.AsSpan((column - (width / 2)) * inputs, inputs).CopyTo(weights.AsSpan(column * inputs));
        using WeightMatrix matrix = WeightMatrix.Create(format, width, inputs);
        matrix.SetRows(0, weights);
        Tiers.OnEach(team =>
        {
            using PreparedRows input = new();
            float[] y = new float[rows * width];
            input.Set(team, matrix, x, rows);
            matrix.Multiply(team, input, y);
            foreach ((int excluded, int count) in new[] { (-1, 1), (0, 1), (width - 1, 1), (-1, 7), (width / 2, 16) })
            {
                int[] columns = new int[rows * count];
                float[] values = new float[rows * count];
                matrix.Top(team, input, excluded, count, columns, values);
                for (int r = 0; r < rows; r++)
                {
                    int[] order = [.. Enumerable.Range(0, width).Where(c => c != excluded).OrderByDescending(c => y[(r * width) + c]).Take(count)];
                    for (int i = 0; i < count; i++)
                    {
                        Assert.Equal(i < order.Length ? order[i] : -1, columns[(r * count) + i]);
                        Assert.Equal(i < order.Length ? y[(r * width) + order[i]] : float.NegativeInfinity, values[(r * count) + i]);
                    }
                }
            }
        });
    }

    [Fact]
    public void Results_that_are_no_numbers_are_chosen_by_nobody()
    {
        using Threading.WorkerTeam team = new(2);
        using WeightMatrix matrix = WeightMatrix.Create(WeightFormat.Float32, 70, 8);
        using PreparedRows input = new();
        matrix.SetRows(0, [.. Enumerable.Repeat(float.NaN, 70 * 8)]);
        input.Set(team, matrix, [.. Enumerable.Repeat(1f, 8)], 1);
        int[] column = [5];
        matrix.Top(team, input, -1, 1, column, new float[1]);
        Assert.Equal([-1], column);
    }

    [Fact]
    public void Rows_prepared_for_one_matrix_are_refused_by_another()
    {
        using Threading.WorkerTeam team = new(1);
        using WeightMatrix first = WeightMatrix.Create(WeightFormat.Int8, 8, 64), second = WeightMatrix.Create(WeightFormat.Int8, 8, 64);
        using PreparedRows input = new();
        input.Set(team, first, new float[64], 1);
        Assert.Throws<InvalidOperationException>(() => second.Multiply(team, input, new float[8]));
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
