using Tidar.Models.Configuration;
using Tidar.Models.Weights;

namespace Tidar.Models.Tests.Weights;

public sealed class RandomTensorTests
{
    // The models' own counts; a tied head counts once.
    [Theory]
    [InlineData("smollm2-135m", 134_515_008)]
    [InlineData("qwen2.5-0.5b", 494_032_768)]
    [InlineData("qwen2.5-1.5b", 1_543_714_304)]
    [InlineData("qwen3-8b", 8_190_735_360)]
    public void Named_shapes_have_as_many_parameters_as_the_published_models(string name, long parameters) =>
        Assert.Equal(parameters, DecoderLayout.Tensors(NamedShapes.ByName[name]).Sum(t => t.Shape.Aggregate(1L, (a, b) => a * b)));

    [Fact]
    public void A_value_does_not_depend_on_the_rows_that_are_read_with_it()
    {
        RandomTensor tensor = new("model.layers.0.mlp.up_proj.weight", [37, 53], seed: 1);
        float[] whole = tensor.ReadAll(), row = new float[53];
        for (int i = 0; i < 37; i++)
        {
            tensor.ReadRows(i, 1, row);
            Assert.Equal(whole[(i * 53)..((i + 1) * 53)], row);
        }
    }

    [Fact]
    public void Matrices_are_spread_evenly_with_the_deviation_of_an_initialized_model()
    {
        float[] values = new RandomTensor("a.weight", [500, 400], seed: 1).ReadAll();
        float most = RandomTensor.Deviation * MathF.Sqrt(3);
        Assert.All(values, v => Assert.InRange(v, -most, most));

        // 200,000 draws: the bounds lie more than ten standard errors away.
        Assert.InRange(values.Average(), -0.0005, 0.0005);
        Assert.InRange(Math.Sqrt(values.Average(v => v * v)), 0.0197, 0.0203);
        Assert.Equal(values.Length, values.Distinct().Count(), tolerance: values.Length / 100);
    }

    [Fact]
    public void Names_and_seeds_give_other_values_and_norms_are_ones()
    {
        float[] values = new RandomTensor("a.weight", [4, 16], seed: 1).ReadAll();
        Assert.Equal(values, new RandomTensor("a.weight", [4, 16], seed: 1).ReadAll());
        Assert.NotEqual(values, new RandomTensor("b.weight", [4, 16], seed: 1).ReadAll());
        Assert.NotEqual(values, new RandomTensor("a.weight", [4, 16], seed: 2).ReadAll());
        Assert.All(new RandomTensor("model.norm.weight", [16], seed: 1).ReadAll(), v => Assert.Equal(1, v));
        Assert.DoesNotContain(1, new RandomTensor("a.bias", [16], seed: 1).ReadAll());
    }
}
