using System.Text.Json;
using Tidar.Tests;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Tests;

public sealed class TidarLossTests
{
    public static TheoryData<string> Cases
    {
        get
        {
            TheoryData<string> cases = [];
            foreach (string model in SharedData.Folders("goldens", "tidar", "loss"))
                cases.Add(model);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_and_every_gradient_equal_those_of_the_reference_in_all_cases_of_a_model(string model)
    {
        string folder = SharedData.Path("goldens", "tidar", "loss");
        string[] files = Directory.GetFiles(folder, $"{model}-*.json");
        Assert.NotEmpty(files);
        using GoldenRun run = new(Path.Combine(folder, model));
        foreach (string file in files)
        {
            LossCase golden = LossCase.Read(file, run.Parameters.Config.Tidar!.MaskTokenId);
            (LossSums sums, double loss) = run.Differentiate(golden.Layout, golden.Objective, golden.Alpha, golden.Documents);
            Assert.Equal(golden.Json.GetProperty("loss").GetDouble(), loss, 1e-5);
            Assert.Equal(golden.Json.GetProperty("ar_loss").GetDouble(), sums.AutoregressiveMean, 1e-5);
            Assert.Equal(golden.Json.GetProperty("diffusion_loss").GetDouble(), sums.DiffusionMean, 1e-5);
            Assert.Equal(golden.Json.GetProperty("grad_norm").GetDouble(), run.Optimizer.GradientNorm(), 1e-4);
            Assert.InRange(run.GradientError(Path.ChangeExtension(file, ".grads.safetensors")), 0, 1e-5);
        }
    }

    [Fact]
    public void Gradients_are_the_same_bits_at_any_number_of_threads()
    {
        string folder = SharedData.Path("goldens", "tidar", "loss");
        float[]? first = null;
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using GoldenRun run = new(Path.Combine(folder, "qwen3"), threads);
            LossCase golden = LossCase.Read(Path.Combine(folder, "qwen3-k4-packed-labelled.json"), run.Parameters.Config.Tidar!.MaskTokenId);
            run.Differentiate(golden.Layout, golden.Objective, golden.Alpha, golden.Documents);
            first ??= run.AllGradients();
            Assert.Equal(first, run.AllGradients());
        }
    }

    [Fact]
    public void A_batch_worked_through_in_parts_has_the_gradient_of_the_whole()
    {
        string folder = SharedData.Path("goldens", "tidar", "loss");
        using GoldenRun run = new(Path.Combine(folder, "llama"));
        LossCase golden = LossCase.Read(Path.Combine(folder, "llama-k4-packed-labelled.json"), run.Parameters.Config.Tidar!.MaskTokenId);
        (_, double whole) = run.Differentiate(golden.Layout, golden.Objective, golden.Alpha, golden.Documents);
        float[] expected = run.AllGradients();
        (_, double parts) = run.Differentiate(golden.Layout, golden.Objective, golden.Alpha, golden.Documents, parts: 3);
        Assert.Equal(whole, parts, 1e-6);
        Assert.InRange(expected.Zip(run.AllGradients(), (a, b) => Math.Abs(a - b)).Max(), 0, 1e-6f);
    }

    [Fact]
    public void Thirty_steps_on_the_TiDAR_loss_follow_the_reference()
    {
        string folder = SharedData.Path("goldens", "tidar", "trajectory");
        JsonElement steps = GoldenRun.ReadJson(Path.Combine(folder, "steps.json"));
        using GoldenRun run = new(Path.Combine(folder, "start"));
        TidarLayout layout = new(TrainingObjective.Tidar, steps.GetProperty("draft_length").GetInt32(), run.Parameters.Config.Tidar!.MaskTokenId);
        LearningRateSchedule schedule = new(0.01, 0.001, 3, 30);
        int number = 0;
        foreach (JsonElement step in steps.GetProperty("steps").EnumerateArray())
        {
            Assert.Equal(step.GetProperty("lr").GetDouble(), schedule.At(number++), 1e-12);
            TokenSequence[] documents = [.. step.GetProperty("documents").EnumerateArray().Select(d => new TokenSequence(GoldenRun.Integers(d)))];
            (LossSums sums, double loss) = run.Differentiate(layout, TrainingObjective.Tidar, steps.GetProperty("alpha").GetDouble(), documents);
            double norm = run.Optimizer.GradientNorm();
            Assert.Equal(step.GetProperty("loss").GetDouble(), loss, 1e-4);
            Assert.Equal(step.GetProperty("ar_loss").GetDouble(), sums.AutoregressiveMean, 1e-4);
            Assert.Equal(step.GetProperty("diffusion_loss").GetDouble(), sums.DiffusionMean, 1e-4);
            Assert.Equal(step.GetProperty("grad_norm").GetDouble(), norm, 1e-4);
            run.Optimizer.Step(step.GetProperty("lr").GetDouble(), norm);
        }

        (double largest, double mean) = run.WeightError(Path.Combine(folder, "end", "model.safetensors"));
        Assert.InRange(largest, 0, 5e-4);
        Assert.InRange(mean, 0, 1e-5);
    }
}
