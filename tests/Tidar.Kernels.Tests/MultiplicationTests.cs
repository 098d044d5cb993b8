using Tidar.Kernels.Matrices;

namespace Tidar.Kernels.Tests;

[Collection(nameof(Processor))]
public sealed class MultiplicationTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 1, 33, 7 }, { 3, 31, 64 }, { 8, 64, 193 }, { 13, 100, 400 }, { 97, 65, 385 }, { 200, 32, 16 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_tier_format_and_thread_count_gives_the_bits_of_the_serial_chain(int rows, int outputs, int inputs)
    {
        Random random = new(rows + outputs + inputs);
        float[] weights = BFloat16Values(random, outputs * inputs);
        float[] x = Values(random, rows * inputs);
        float[] expected = Reference(x, weights, rows, outputs, inputs);
        foreach (WeightFormat format in new[] { WeightFormat.Float32, WeightFormat.BFloat16 })
        {
            using WeightMatrix matrix = WeightMatrix.Create(format, outputs, inputs);
            matrix.SetRows(0, weights);
            Tiers.OnEach(team =>
            {
                using PreparedRows input = new();
                float[] y = new float[rows * outputs];
                input.Set(team, matrix, x, rows);
                matrix.Multiply(team, input, y);
                Assert.Equal(expected, y);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void An_operand_packed_on_the_fly_gives_the_same_bits_and_can_accumulate(int rows, int outputs, int inputs)
    {
        Random random = new(rows * outputs + inputs);
        float[] weights = Values(random, outputs * inputs);
        float[] x = Values(random, rows * inputs);
        float[] expected = Reference(x, weights, rows, outputs, inputs);
        Tiers.OnEach(team =>
        {
            using PackedOperand operand = new();
            float[] y = new float[rows * outputs];
            operand.PackTransposed(team, weights, outputs, inputs);
            operand.Multiply(team, x, rows, y);
            Assert.Equal(expected, y);

            float[] transposed = new float[weights.Length];
            Transposition.Run(team, weights, outputs, inputs, transposed);
            operand.Pack(team, transposed, inputs, outputs);
            operand.Multiply(team, x, rows, y);
            Assert.Equal(expected, y);

            // Cutting k in two and accumulating resumes the same chain.
            int cut = inputs / 2;
            float[] left = new float[rows * cut], right = new float[rows * (inputs - cut)];
            for (int r = 0; r < rows; r++)
            {
                x.AsSpan(r * inputs, cut).CopyTo(left.AsSpan(r * cut));
                x.AsSpan((r * inputs) + cut, inputs - cut).CopyTo(right.AsSpan(r * (inputs - cut)));
            }

            operand.Pack(team, transposed.AsSpan(0, cut * outputs), cut, outputs);
            operand.Multiply(team, left, rows, y);
            operand.Pack(team, transposed.AsSpan(cut * outputs), inputs - cut, outputs);
            operand.Multiply(team, right, rows, y, accumulate: true);
            Assert.Equal(expected, y);
        });
    }

    private static float[] Reference(float[] x, float[] weights, int rows, int outputs, int inputs)
    {
        float[] y = new float[rows * outputs];
        for (int r = 0; r < rows; r++)
        {
            for (int o = 0; o < outputs; o++)
            {
                float sum = 0;
                for (int k = 0; k < inputs; k++)
                    sum = MathF.FusedMultiplyAdd(x[(r * inputs) + k], weights[(o * inputs) + k], sum);
                y[(r * outputs) + o] = sum;
            }
        }

        return y;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];

    private static float[] BFloat16Values(Random random, int count) =>
        [.. Values(random, count).Select(v => BFloat16.ToSingle(BFloat16.FromSingle(v)))];
}
