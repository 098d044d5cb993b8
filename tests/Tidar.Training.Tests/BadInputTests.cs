using System.Text;
using Tidar.Kernels.Threading;
using Tidar.Models;
using Tidar.Models.Weights;
using Tidar.Tests;
using Tidar.Training.Checkpoints;
using Tidar.Training.Data;
using Tidar.Training.Recipes;

namespace Tidar.Training.Tests;

/// <summary>What a run meets that it cannot use is one line, and what it has done so far survives.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkerTeam _team = new(2);

    public void Dispose()
    {
        _team.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_named_with_file_and_line_before_a_run_begins()
    {
        string lines = Write("lines.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b", 0xC3, "\"}\n"), text = Write("book.txt", "one\n\ntwo\nthree ", 0xFF, " four");
        Assert.Contains($"{lines}: line 2: expected valid UTF-8", Mistake(() => new JsonLinesFile(lines, false, () => null).Dispose()), StringComparison.Ordinal);
        Assert.Contains($"{text}: line 4: expected valid UTF-8", Mistake(() => new TextFile(text, null).Dispose()), StringComparison.Ordinal);
        Assert.Contains($"{text}: line 4: expected valid UTF-8", Mistake(() => new TextFile(text, "\n\n").Dispose()), StringComparison.Ordinal);
        Recipe recipe = Recipe("run", data: "book.txt");
        Assert.Contains("line 4", Mistake(() => Trainer.Create(recipe, _team, resume: false).Dispose()), StringComparison.Ordinal);
        Assert.False(Directory.Exists(recipe.Output));
    }

    [Fact]
    public void A_loss_that_explodes_stops_the_run_names_step_and_documents_and_keeps_the_last_good_checkpoint()
    {
        WriteWords();
        Recipe recipe = Recipe("wild", learningRate: "10", extra: "  clip_norm: 0\n  final_learning_rate: 10\n  weight_decay: 10\n  warmup_steps: 0\n");
        string mistake = Mistake(() => Train(recipe));
        Assert.Matches("wild.yaml: step [0-9]+: expected a .*loss.*found loss .* over [0-9]+ documents: .*words.txt line [0-9]+", mistake);
        int step = int.Parse(mistake.Split("step ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
        string last = new CheckpointFolder(recipe.Output).Latest!;
        Assert.EndsWith($"{step - 1:D8}", last, StringComparison.Ordinal);
        using Checkpoint checkpoint = Checkpoint.Open(last);
        Assert.All(checkpoint.Tensors, t => Assert.All(t.ReadAll(), v => Assert.True(float.IsFinite(v))));
        Assert.Equal(step - 1, File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl")).Length);
    }

    [Theory]
    [InlineData(double.NaN, 1, "expected a finite loss")]
    [InlineData(3, double.PositiveInfinity, "gradient norm Infinity")]
    [InlineData(30, 1, "expected a loss of at most 18.4")]
    public void What_a_step_must_not_be_is_said_with_its_documents(double loss, double norm, string part)
    {
        string mistake = LossCheck.Mistake("recipe", 7, loss, norm, LossCheck.Limit(100), ["a line 1", "a line 1", "b line 2", "c line 3", "d line 4"])!.Message;
        Assert.Contains("recipe: step 7", mistake, StringComparison.Ordinal);
        Assert.Contains(part, mistake, StringComparison.Ordinal);
        Assert.EndsWith("over 4 documents: a line 1, b line 2, c line 3, …", mistake, StringComparison.Ordinal);
        Assert.Null(LossCheck.Mistake("recipe", 7, 18, 1e9, LossCheck.Limit(100), []));
    }

    // What a full disk does: files grow until a write fails, whichever file that is.
    [Fact]
    public void On_a_full_disk_the_earlier_checkpoint_survives_and_nothing_half_written_stays()
    {
        WriteWords();
        Recipe recipe = Recipe("full", steps: 3);
        string before = Path.Combine(recipe.Output, "checkpoints", "step-00000003");
        Train(recipe);
        byte[] weights = File.ReadAllBytes(Path.Combine(before, "model.safetensors"));
        CheckpointFolder checkpoints = new(recipe.Output);
        Assert.Contains("No space left", Mistake(() => checkpoints.Write(4, keep: 1, Fill)), StringComparison.Ordinal);
        Assert.Contains("No space left", Mistake(() => checkpoints.Write(3, keep: 1, Fill)), StringComparison.Ordinal);
        Assert.Equal(before, checkpoints.Latest);
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(before, "model.safetensors")));
        Assert.Equal(["step-00000002", "step-00000003"], Directory.GetDirectories(Path.Combine(recipe.Output, "checkpoints")).Select(d => Path.GetFileName(d)).Order());

        static void Fill(string folder)
        {
            File.WriteAllText(Path.Combine(folder, "model.safetensors"), "half");
            throw new IOException("No space left on device");
        }
    }

    // A run on a file system that fills up between two of its checkpoints: with no room at all, and with room for a part of the next.
    [Theory]
    [InlineData(0)]
    [InlineData(24 << 10)]
    public void A_disk_that_is_really_full_stops_the_run_with_one_line_and_the_run_goes_on_once_there_is_room(long free)
    {
        using SmallFileSystem disk = new(1024);
        WriteWords();
        byte[] whole = File.ReadAllBytes(Path.Combine(Train(Recipe("whole", steps: 6)), "model.safetensors"));
        string text = File.ReadAllText(Recipe("small", steps: 6).Source);
        Recipe recipe = RecipeReader.Read(_folder.Write("small.yaml", text.Replace("output: small", $"output: {disk.Path}/run", StringComparison.Ordinal)));
        using CancellationTokenSource cancel = new();
        Assert.Throws<OperationCanceledException>(() => Train(recipe, cancellation: cancel.Token, onStep: p =>
        {
            if (p.Step == 3)
                cancel.Cancel();
        }));
        string last = new CheckpointFolder(recipe.Output).Latest!;
        Dictionary<string, byte[]> before = Contents(last);
        string filler = disk.Fill(free);
        string mistake = Mistake(() => Train(recipe, resume: true));
        Assert.Contains("expected a place that can be written, found", mistake, StringComparison.Ordinal);
        Assert.Contains("No space left", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake);
        Assert.Equal(last, new CheckpointFolder(recipe.Output).Latest);
        Assert.Equal(before, Contents(last));
        string[] names = [.. Directory.GetFileSystemEntries(recipe.Output, "*", SearchOption.AllDirectories)];
        Assert.DoesNotContain(names, n => n.EndsWith(".unfinished", StringComparison.Ordinal) || n.EndsWith(".tmp", StringComparison.Ordinal) || n.EndsWith(".deleting", StringComparison.Ordinal));
        File.Delete(filler);
        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(Train(recipe, resume: true), "model.safetensors")));
        Assert.Equal(6, File.ReadAllLines(Path.Combine(recipe.Output, "metrics.jsonl")).Length);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_line()
    {
        WriteWords();
        Recipe recipe = Recipe("blocked", steps: 3);
        Directory.CreateDirectory(recipe.Output);
        File.WriteAllText(Path.Combine(recipe.Output, "checkpoints"), "a file where a folder should be");
        Assert.Contains("a place that can be written", Mistake(() => Train(recipe)), StringComparison.Ordinal);
    }

    private static string Mistake(Action action) => Assert.Throws<InvalidInputException>(action).Message;

    private string Train(Recipe recipe, bool resume = false, Action<TrainingProgress>? onStep = null, CancellationToken cancellation = default)
    {
        using Trainer trainer = Trainer.Create(recipe, _team, resume);
        trainer.Run(onStep, cancellation);
        return trainer.ModelFolder!;
    }

    private static Dictionary<string, byte[]> Contents(string folder) =>
        Directory.GetFiles(folder).ToDictionary(static f => Path.GetFileName(f), File.ReadAllBytes, StringComparer.Ordinal);

    private string Write(string name, string before, byte invalid, string after)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(before), invalid, .. Encoding.UTF8.GetBytes(after)]);
        return path;
    }

    private void WriteWords() => _folder.Write("words.txt", NumberLines.Of(80));

    private Recipe Recipe(string name, string data = "words.txt", int steps = 20, string learningRate = "0.003", string extra = "") =>
        RecipeReader.Read(_folder.Write($"{name}.yaml", $"""
            output: {name}
            model: {"{"} architecture: llama, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 64 {"}"}
            tokenizer: {"{"} characters: true {"}"}
            data: [ {"{"} text: {data}, separator: "\n\n" {"}"} ]
            batch: {"{"} row_tokens: 32, rows_per_step: 2 {"}"}
            optimizer:
              learning_rate: {learningRate}
            {extra}
            steps: {steps}
            checkpoint: {"{"} every: 1 {"}"}
            """));
}
