using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Threading;
using Tidar.Training.Adapters;

namespace Tidar.Training.Tests.Adapters;

public sealed class SparseOperandTests
{
    private const int Vocabulary = 3000;
    private const int Hidden = 37;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_of_a_softmax_lose_less_than_a_hundredth(bool accumulate)
    {
        using WorkerTeam team = new(2);
        using SparseOperand operand = new();
        Random random = new(3);
        float[] b = [.. Enumerable.Range(0, Vocabulary * Hidden).Select(_ => random.NextSingle() - 0.5f)];
        operand.Pack(team, b, Vocabulary, Hidden);
        float[] x = [.. Rows(random, 4)], y = new float[4 * Hidden];
        if (accumulate)
            Array.Fill(y, 1);
        operand.Multiply(team, x, 4, y, accumulate);
        for (int r = 0; r < 4; r++)
        {
            double error = 0, length = 0;
            for (int c = 0; c < Hidden; c++)
            {
                double exact = 0;
                for (int v = 0; v < Vocabulary; v++)
                    exact += (double)x[(r * Vocabulary) + v] * b[(v * Hidden) + c];
                double difference = y[(r * Hidden) + c] - (accumulate ? 1 : 0) - exact;
                (error, length) = (error + (difference * difference), length + (exact * exact));
            }

            Assert.True(error < 1e-4 * length, $"row {r}: {Math.Sqrt(error / length)}");
        }
    }

    [Fact]
    public void The_transpose_gives_the_same_bits_at_any_number_of_threads()
    {
        using WorkerTeam one = new(1), three = new(3);
        using SparseOperand operand = new(), transposed = new();
        Random random = new(4);
        float[] b = [.. Enumerable.Range(0, Vocabulary * Hidden).Select(_ => random.NextSingle() - 0.5f)], w = new float[b.Length];
        for (int v = 0; v < Vocabulary; v++)
        {
            for (int c = 0; c < Hidden; c++)
                w[(c * Vocabulary) + v] = b[(v * Hidden) + c];
        }

        operand.Pack(one, b, Vocabulary, Hidden);
        transposed.PackTransposed(three, w, Hidden, Vocabulary);
        float[] x = [.. Rows(random, 5)], y = new float[5 * Hidden], z = new float[5 * Hidden];
        operand.Multiply(one, x, 5, y);
        transposed.Multiply(three, x, 5, z);
        Assert.Equal(y, z);
    }

    // Each row: a softmax of random logits, some sharp and some flat, less a one at its target.
    private static IEnumerable<float> Rows(Random random, int count)
    {
        for (int r = 0; r < count; r++)
        {
            float[] row = [.. Enumerable.Range(0, Vocabulary).Select(_ => (2 + r) * (random.NextSingle() + random.NextSingle() + random.NextSingle()))];
            CrossEntropy.Run(row, random.Next(Vocabulary), 0.01f);
            foreach (float value in row)
                yield return value;
        }
    }
}
