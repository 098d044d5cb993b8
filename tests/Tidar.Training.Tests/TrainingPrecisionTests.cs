using Tidar.Kernels.Memory;
using Tidar.Models.Configuration;
using Tidar.Training.Backpropagation;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Tests;

/// <summary>bfloat16 products, recomputed layers and reused memory on random models: no golden is needed, float32 passes are held to those.</summary>
public sealed class TrainingPrecisionTests
{
    public static TheoryData<ModelArchitecture> Architectures => [ModelArchitecture.Llama, ModelArchitecture.Qwen2, ModelArchitecture.Qwen3];

    // A value is rounded by at most 2^-9 of itself, at random: a product of long sums is off by about 2^-9, and a chain of a dozen of them by some per cent.
    [Theory]
    [MemberData(nameof(Architectures))]
    public void In_bfloat16_losses_and_gradients_are_near_those_of_float32(ModelArchitecture architecture)
    {
        using TrainingScene exact = new(architecture), rounded = new(architecture, TrainingPrecision.BFloat16);
        double expected = exact.Differentiate(), actual = rounded.Differentiate();
        Assert.NotEqual(expected, actual);
        Assert.Equal(expected, actual, 0.005 * expected);
        foreach (Parameter parameter in exact.Parameters.All)
        {
            float[] g = exact.Gradient(parameter), h = rounded.Gradient(parameter);
            double difference = Length(g.Zip(h, (a, b) => a - b)), length = Length(g);
            Assert.True(difference < 0.04 * length, $"{parameter.Name}: {difference} of {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void The_float32_loss_falls_along_bfloat16_gradients_as_they_say(ModelArchitecture architecture)
    {
        using TrainingScene exact = new(architecture), rounded = new(architecture, TrainingPrecision.BFloat16);
        rounded.Differentiate();

        // Adding the same to every key changes no softmax: what stands there is rounding.
        IEnumerable<Parameter> parameters = exact.Parameters.All.Where(static p => !p.Name.EndsWith("k_proj.bias", StringComparison.Ordinal));
        Slopes.AssertMatch(exact.Parameters, parameters, rounded.Gradient, Loss, step: 1e-2, relative: 0.03, absolute: 2e-4, shortest: 0);

        double Loss()
        {
            exact.Decoder.Refresh();
            return exact.Loss();
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void In_bfloat16_gradients_have_the_same_bits_at_any_number_of_threads(ModelArchitecture architecture)
    {
        using TrainingScene one = new(architecture, TrainingPrecision.BFloat16, threads: 1);
        double loss = one.Differentiate();
        float[] expected = one.AllGradients();
        foreach (int threads in new[] { 2, 5 })
        {
            using TrainingScene more = new(architecture, TrainingPrecision.BFloat16, threads: threads);
            Assert.Equal(loss, more.Differentiate());
            Assert.Equal(expected, more.AllGradients());
        }
    }

    // A row's states have the same bits in any batch; what differs is the order in which float32 sums over rows are made.
    [Fact]
    public void In_bfloat16_a_batch_worked_through_in_parts_has_the_losses_and_the_gradient_of_the_whole()
    {
        using TrainingScene scene = new(ModelArchitecture.Qwen3, TrainingPrecision.BFloat16);
        double whole = scene.Differentiate();
        float[] expected = scene.AllGradients();
        Assert.Equal(whole, scene.Differentiate(parts: 3));
        Assert.InRange(Length(expected.Zip(scene.AllGradients(), (a, b) => a - b)) / Length(expected), 0, 1e-6);
    }

    [Theory]
    [InlineData(TrainingPrecision.Float32)]
    [InlineData(TrainingPrecision.BFloat16)]
    public void Layers_that_are_computed_again_give_the_same_bits_and_keep_less(TrainingPrecision precision)
    {
        long start = NativeAllocations.BytesOfCurrentThread;
        using TrainingScene kept = new(ModelArchitecture.Qwen3, precision);
        double expected = kept.Differentiate();
        long middle = NativeAllocations.BytesOfCurrentThread;
        using TrainingScene again = new(ModelArchitecture.Qwen3, precision, recomputes: true);
        Assert.Equal(expected, again.Differentiate());
        Assert.Equal(kept.AllGradients(), again.AllGradients());
        Assert.InRange(NativeAllocations.BytesOfCurrentThread - middle, 1, middle - start - 1);
    }

    [Theory]
    [InlineData(TrainingPrecision.Float32, false)]
    [InlineData(TrainingPrecision.BFloat16, false)]
    [InlineData(TrainingPrecision.BFloat16, true)]
    public void Memory_does_not_grow_from_step_to_step(TrainingPrecision precision, bool recomputes)
    {
        using TrainingScene scene = new(ModelArchitecture.Qwen2, precision, threads: 1, recomputes);
        using AdamW optimizer = new(scene.Team, scene.Parameters, new AdamWSettings());
        TrainingBatch batch = scene.Layout.Build(scene.Documents);
        LossWeights weights = LossWeights.For(TrainingObjective.Tidar, 1, batch.AutoregressiveTargets, batch.DiffusionTargets);
        Step();
        Step();
        long native = NativeAllocations.BytesOfCurrentThread;
        long managed = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Step();
        long allocated = (GC.GetAllocatedBytesForCurrentThread() - managed) / 10;
        Assert.Equal(native, NativeAllocations.BytesOfCurrentThread);
        Assert.InRange(allocated, 0, 4096);

        void Step()
        {
            optimizer.ClearGradients();
            scene.Decoder.AddGradients(batch, weights);
            optimizer.Step(1e-4, optimizer.GradientNorm());
            scene.Decoder.Refresh();
        }
    }

    private static double Length(IEnumerable<float> values) => Math.Sqrt(values.Sum(v => (double)v * v));
}
