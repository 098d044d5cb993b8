using Tidar.Kernels.Matrices;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

/// <summary>The 4-bit grid of a file, as the int4 format takes it over.</summary>
public sealed class GridTests
{
    [Theory]
    [InlineData("llama-Q4_0.gguf", Int4Scales.HalfSymmetric)]
    [InlineData("llama-Q4_1.gguf", Int4Scales.Half)]
    [InlineData("llama-Q4_K.gguf", Int4Scales.Single)]
    public void Levels_scales_and_minima_give_the_dequantized_values_and_fit_the_format(string file, Int4Scales scales)
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "gguf", file));
        int compared = 0;
        foreach (WeightTensor tensor in checkpoint.Tensors.Where(t => t.GridScales is not null))
        {
            Assert.Equal(scales, tensor.GridScales);
            int columns = tensor.Columns, count = (int)Math.Min(40, tensor.Rows - 1);
            byte[] levels = new byte[count * columns];
            float[] values = new float[count * columns], scale = new float[values.Length / 32], minimum = new float[values.Length / 32];
            tensor.ReadRows(1, count, values);
            tensor.ReadGrid(1, count, levels, scale, minimum);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.InRange(levels[i], 0, 15);
                float level = scale[i / 32] * levels[i];
                Assert.Equal(values[i], scales == Int4Scales.HalfSymmetric ? scale[i / 32] * (levels[i] - 8) : level + minimum[i / 32]);
            }

            if (scales != Int4Scales.Single)
                Assert.All(scale.Concat(minimum), v => Assert.Equal(v, (float)(Half)v));
            compared++;
        }

        Assert.InRange(compared, 7, int.MaxValue);
    }

    [Fact]
    public void Other_types_have_no_grid()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "gguf", "llama-Q8_0.gguf"));
        WeightTensor tensor = checkpoint.Tensors.First(t => t.Shape.Count == 2);
        Assert.Null(tensor.GridScales);
        Assert.Throws<InvalidOperationException>(() => tensor.ReadGrid(0, 1, new byte[tensor.Columns], new float[8], new float[8]));
    }
}
