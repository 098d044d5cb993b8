using System.Text.Json;
using System.Xml.Linq;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkerTeam _team = new(2);

    public void Dispose()
    {
        _team.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_run_writes_metrics_checkpoints_and_a_model_that_opens()
    {
        Recipe recipe = Write("run", steps: 6);
        List<TrainingProgress> reports = [];
        string model = Train(recipe, reports: reports);
        Assert.Equal([1, 2, 3, 4, 5, 6], reports.Select(r => r.Step));
        Assert.All(reports, r => Assert.Equal((r.AutoregressiveLoss + r.DiffusionLoss) / 2, r.Loss, 1e-9));
        Assert.Equal([null, null, 3, null, null, 6], reports.Select(r => r.Checkpoint is null ? (int?)null : r.Step));
        Assert.NotNull(reports[3].Evaluation);
        Assert.Equal([null, 3, null, 3, null, 3], reports.Select(r => r.Drafts?.SlotAccuracy.Count));
        XDocument curve = XDocument.Load(Path.Combine(recipe.Output, "curve.svg"));
        string[] texts = [.. curve.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.All(new[] { "AR", "diffusion", "AR, held out", "diffusion, held out", "fused", "two-pass", "step" }, t => Assert.Contains(t, texts));
        Assert.True(reports[^1].Loss < reports[0].Loss);
        using Checkpoint checkpoint = Checkpoint.Open(model);
        Assert.Equal(4, checkpoint.Config.Tidar!.DraftLength);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], Directory.GetFiles(model).Select(f => Path.GetFileName(f)).Order());
        string[] metrics = File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl"));
        Assert.Equal(6, metrics.Length);
        using JsonDocument line = JsonDocument.Parse(metrics[^1]);
        Assert.Equal(6, line.RootElement.GetProperty("step").GetInt32());
    }

    [Theory]
    [InlineData("tidar")]
    [InlineData("tidar-random-mask")]
    [InlineData("ar")]
    public void A_cancelled_and_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(string objective)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Train(Write("whole", steps: 7, objective)), "model.safetensors"));
        Recipe recipe = Write("cut", steps: 7, objective);
        using CancellationTokenSource cancel = new();
        Assert.Throws<OperationCanceledException>(() => Train(recipe, cancellation: cancel.Token, onStep: p => Cancel(p, 5, cancel)));
        using WorkerTeam other = new(3);
        string resumed = Train(recipe, resume: true, team: other);
        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(resumed, "model.safetensors")));
        Assert.Equal(7, File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl")).Length);
    }

    [Fact]
    public void What_a_killed_run_leaves_half_written_is_ignored_and_cleaned_up()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Train(Write("whole", steps: 7)), "model.safetensors"));
        Recipe recipe = Write("killed", steps: 7);
        using CancellationTokenSource cancel = new();
        Assert.Throws<OperationCanceledException>(() => Train(recipe, cancellation: cancel.Token, onStep: p => Cancel(p, 4, cancel)));
        string checkpoints = Path.Combine(recipe.Output, "checkpoints");
        string half = Path.Combine(checkpoints, "step-00000006.unfinished");
        Directory.CreateDirectory(half);
        File.WriteAllText(Path.Combine(half, "model.safetensors"), "half");
        Directory.CreateDirectory(Path.Combine(checkpoints, "step-00000003.deleting"));
        File.AppendAllText(Path.Combine(recipe.Output, "metrics.jsonl"), "{\"step\":5,\"loss\":1}\n{\"step\":6,\"lo");
        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(Train(recipe, resume: true), "model.safetensors")));
        Assert.Equal(["step-00000006", "step-00000007"], Directory.GetDirectories(checkpoints).Select(d => Path.GetFileName(d)).Order());
        Assert.Equal(7, File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl")).Length);
    }

    [Fact]
    public void Resuming_with_another_recipe_names_the_difference()
    {
        Train(Write("run", steps: 3));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Train(Write("run", steps: 3, learningRate: "0.004"), resume: true));
        Assert.Contains("optimizer.learning_rate", error.Message, StringComparison.Ordinal);
        Assert.Contains("0.004", error.Message, StringComparison.Ordinal);
        Assert.Contains("output", Assert.Throws<InvalidInputException>(() => Train(Write("run", steps: 3))).Message, StringComparison.Ordinal);
        Assert.Contains("resume", Assert.Throws<InvalidInputException>(() => Train(Write("other", steps: 3), resume: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_goes_on_from_a_checkpoint_that_the_recipe_names()
    {
        string first = Train(Write("first", steps: 3));
        string text = File.ReadAllText(Write("second", steps: 3).Source);
        int start = text.IndexOf("model:", StringComparison.Ordinal), end = text.IndexOf("data:", StringComparison.Ordinal);
        string path = Path.Combine(_folder.Path, "second.yaml");
        File.WriteAllText(path, $"{text[..start]}init_from: {first}\n{text[end..]}");
        List<TrainingProgress> reports = [];
        Train(RecipeReader.Read(path), reports: reports);
        Assert.Equal(3, reports.Count);
    }

    [Fact]
    public void A_byte_level_vocabulary_is_learned_from_the_training_text()
    {
        Recipe characters = Write("run", steps: 2);
        string path = Path.Combine(_folder.Path, "bytes.yaml");
        File.WriteAllText(path, File.ReadAllText(characters.Source)
            .Replace("characters: true", "vocab_size: 270", StringComparison.Ordinal)
            .Replace("output: run", "output: bytes", StringComparison.Ordinal));
        using Checkpoint checkpoint = Checkpoint.Open(Train(RecipeReader.Read(path)));
        Assert.Equal(270, checkpoint.Config.VocabularySize);
        Assert.Equal((0, 1), (checkpoint.Config.EosTokenIds[0], checkpoint.Config.Tidar!.MaskTokenId));
    }

    private static void Cancel(TrainingProgress progress, int step, CancellationTokenSource source)
    {
        if (progress.Step == step)
            source.Cancel();
    }

    private string Train(
        Recipe recipe,
        bool resume = false,
        List<TrainingProgress>? reports = null,
        Action<TrainingProgress>? onStep = null,
        WorkerTeam? team = null,
        CancellationToken cancellation = default)
    {
        using Trainer trainer = Trainer.Create(recipe, team ?? _team, resume);
        trainer.Run(
            p =>
            {
                reports?.Add(p);
                onStep?.Invoke(p);
            },
            cancellation);
        return trainer.ModelFolder!;
    }

    private Recipe Write(string name, int steps, string objective = "tidar", string learningRate = "0.003", string extra = "") =>
        TinyRecipe.Write(_folder, name, steps, objective, learningRate, extra);
}
