using System.Text.Json;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;
using Tidar.Training.Losses;
using Tidar.Training.Optimizer;

namespace Tidar.Training.Tests;

public sealed class CausalGradientTests
{
    private static readonly TidarLayout Layout = new(TrainingObjective.Autoregressive, 0, 0);

    public static TheoryData<string> Models => [.. SharedData.Folders("goldens", "models", "grad")];

    [Theory]
    [MemberData(nameof(Models))]
    public void The_causal_loss_and_every_gradient_equal_those_of_the_reference(string name)
    {
        (JsonElement expected, string folder) = Open(name);
        using GoldenRun run = new(Model(expected, folder));
        (_, double loss) = run.Differentiate(Layout, TrainingObjective.Autoregressive, 1, Documents(folder, masked: false));
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss, 1e-5);
        Assert.InRange(run.GradientError(Path.Combine(folder, "grads.safetensors")), 0, 1e-5);
        Assert.Equal(expected.GetProperty("grad_norm_l2_all_params").GetDouble(), run.Optimizer.GradientNorm(), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Targets_without_a_label_count_neither_in_the_loss_nor_in_its_mean(string name)
    {
        (JsonElement expected, string folder) = Open(name);
        JsonElement masked = expected.GetProperty("masked");
        using GoldenRun run = new(Model(expected, folder));
        (LossSums sums, double loss) = run.Differentiate(Layout, TrainingObjective.Autoregressive, 1, Documents(folder, masked: true));
        Assert.Equal(masked.GetProperty("n_terms").GetInt32(), sums.AutoregressiveTargets);
        Assert.Equal(masked.GetProperty("loss").GetDouble(), loss, 1e-5);
        Assert.InRange(run.GradientError(Path.Combine(folder, "grads_masked.safetensors")), 0, 1e-5);
        Assert.Equal(masked.GetProperty("grad_norm_l2_all_params").GetDouble(), run.Optimizer.GradientNorm(), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Ten_steps_of_AdamW_follow_the_reference(string name)
    {
        (JsonElement expected, string folder) = Open(name);
        JsonElement adamw = expected.GetProperty("adamw");
        using GoldenRun run = new(Model(expected, folder), settings: new AdamWSettings(
            adamw.GetProperty("betas")[0].GetDouble(),
            adamw.GetProperty("betas")[1].GetDouble(),
            adamw.GetProperty("eps").GetDouble(),
            adamw.GetProperty("weight_decay").GetDouble(),
            adamw.GetProperty("grad_clip_norm").GetDouble()));
        Assert.Equal(
            adamw.GetProperty("weight_decay_applies_to").EnumerateArray().Select(e => e.GetString()).Order(),
            run.Parameters.All.Where(p => p.IsDecayed).Select(p => p.Name).Order());
        TokenSequence[] documents = Documents(folder, masked: false);
        double loss;
        for (int step = 0; step < adamw.GetProperty("steps").GetInt32(); step++)
        {
            (_, loss) = run.Differentiate(Layout, TrainingObjective.Autoregressive, 1, documents);
            double norm = run.Optimizer.GradientNorm();
            Assert.Equal(adamw.GetProperty("losses")[step].GetDouble(), loss, 1e-4);
            Assert.Equal(adamw.GetProperty("grad_norms_before_clipping")[step].GetDouble(), norm, 1e-4);
            run.Optimizer.Step(adamw.GetProperty("lr").GetDouble(), norm);
        }

        (_, loss) = run.Differentiate(Layout, TrainingObjective.Autoregressive, 1, documents);
        Assert.Equal(adamw.GetProperty("loss_after_last_step").GetDouble(), loss, 1e-4);
        (double largest, double mean) = run.WeightError(Path.Combine(folder, "adamw_final.safetensors"));
        Assert.InRange(largest, 0, 5e-4);
        Assert.InRange(mean, 0, 1e-5);
    }

    private static (JsonElement Expected, string Folder) Open(string name)
    {
        string folder = SharedData.Path("goldens", "models", "grad", name);
        return (GoldenRun.ReadJson(Path.Combine(folder, "expected.json")), folder);
    }

    private static string Model(JsonElement expected, string folder) => Path.GetFullPath(Path.Combine(folder, expected.GetProperty("model").GetString()!));

    private static TokenSequence[] Documents(string folder, bool masked)
    {
        using SafetensorsFile batch = SafetensorsFile.Open(Path.Combine(folder, "batch.safetensors"));
        int width = batch.Get("input_ids").Columns;
        long[] ids = batch.ReadIntegers("input_ids"), labels = batch.ReadIntegers("labels_masked");
        return [.. ids.Zip(labels).Chunk(width).Select(row => new TokenSequence(
            [.. row.Select(t => (int)t.First)],
            masked ? [.. row.Select(t => t.Second != -100)] : null))];
    }
}
