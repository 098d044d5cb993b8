using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class TrainTests : IDisposable
{
    private const int Steps = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly string _recipe;

    public TrainTests()
    {
        _folder.Write("lines.txt", NumberLines.Of(60));
        _recipe = _folder.Write("recipe.yaml", $"""
            output: run
            seed: 3
            model:
              architecture: llama
              hidden_size: 16
              intermediate_size: 32
              num_hidden_layers: 1
              num_attention_heads: 2
              num_key_value_heads: 1
              head_dim: 8
              max_position_embeddings: 128
            tokenizer:
              characters: true
            data:
              - text: lines.txt
            objective:
              draft_length: 4
            batch:
              row_tokens: 32
              rows_per_step: 2
            steps: {Steps}
            optimizer:
              learning_rate: 0.003
            checkpoint:
              every: 2
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_metrics_of_a_run_can_be_drawn()
    {
        Assert.Contains("expected lines of a training run, found none", CommandRun.Of("plot", _folder.Write("other.jsonl", "{\"step\":\"one\"}\n[]\n{")).Mistake(), StringComparison.Ordinal);
        Assert.Contains("none.jsonl", CommandRun.Of("plot", _folder.File("none.jsonl")).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_line_says_where_the_run_ended_and_the_model_it_left_generates()
    {
        CommandRun run = CommandRun.Of("train", "--config", _recipe, "--threads", "2", "--json");
        JsonElement last = run.Json(notes: true).Single();
        string[] fields = ["step", "loss", "ar_loss", "diffusion_loss", "tokens", "tokens_per_second", "checkpoint"];
        Assert.Equal(fields, last.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Steps, last.GetProperty("step").GetInt32());
        Assert.Contains($"step {Steps}/{Steps}: loss ", run.Error, StringComparison.Ordinal);
        Assert.Equal(Steps, File.ReadAllLines(Path.Combine(_folder.Path, "run", "metrics.jsonl")).Length);
        string metrics = Path.Combine(_folder.Path, "run", "metrics.jsonl"), picture = _folder.File("again.svg");
        Assert.Equal(picture, CommandRun.Of("plot", metrics, "--out", picture, "--json").Json().Single().GetProperty("path").GetString());
        Assert.Equal(File.ReadAllText(Path.Combine(_folder.Path, "run", "curve.svg")), File.ReadAllText(picture));
        string model = last.GetProperty("checkpoint").GetString()!;
        JsonElement text = CommandRun.Of("generate", "number", "--model", model, "--max-tokens", "8", "--compare", "--json").Json().Single();
        Assert.Equal(4, text.GetProperty("draft_length").GetInt32());
        Assert.True(text.GetProperty("equal").GetBoolean());
    }

    [Fact]
    public void A_cancelled_run_is_exit_code_130_and_resumes_to_the_same_loss()
    {
        double whole = CommandRun.Of("train", "--config", _recipe, "--json").Json(notes: true).Single().GetProperty("loss").GetDouble();
        string again = _folder.Write("again.yaml", File.ReadAllText(_recipe).Replace("output: run", "output: again", StringComparison.Ordinal));
        using CancellationTokenSource stop = new();
        using LineWatcher output = new(line => line.StartsWith("step 1/", StringComparison.Ordinal), stop);
        using StringWriter error = new();
        Assert.Equal(ExitCode.Cancelled, CommandHost.Run(["train", "--config", again], output, error, cancellation: stop.Token));
        Assert.Equal("cancelled", error.ToString().TrimEnd());
        JsonElement last = CommandRun.Of("train", "--config", again, "--resume", "--json").Json(notes: true).Single();
        Assert.Equal(whole, last.GetProperty("loss").GetDouble());
        JsonElement finished = CommandRun.Of("train", "--config", again, "--resume", "--json").Json(notes: true).Single();
        Assert.Equal(Steps, finished.GetProperty("step").GetInt32());
        Assert.Equal(JsonValueKind.Null, finished.GetProperty("loss").ValueKind);
    }

    [Fact]
    public void A_terminal_gets_a_bar_with_losses_and_time_left()
    {
        using StringWriter output = new(), error = new();
        CommandContext context = new(output, error, TextReader.Null) { OutputStyle = new TerminalStyle(IsTerminal: true, Colour: true) };
        Assert.Equal(ExitCode.Done, CommandHost.Run(["train", "--config", _recipe], context));
        Assert.Contains($"step {Steps}/{Steps}: loss ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("left", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("model in ", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steps: 4", "steps: none", "steps")]
    [InlineData("steps: 4", "steps: 4\nspeed: 3", "speed")]
    [InlineData("text: lines.txt", "text: none.txt", "none.txt")]
    [InlineData("output: run", "output: [", "recipe")]
    public void Recipes_that_cannot_be_are_one_line(string old, string changed, string part)
    {
        string recipe = _folder.Write("recipe2.yaml", File.ReadAllText(_recipe).Replace(old, changed, StringComparison.Ordinal));
        Assert.Contains(part, CommandRun.Of("train", "--config", recipe).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Resuming_what_never_began_and_a_recipe_that_is_not_there_are_one_line()
    {
        Assert.Contains("run", CommandRun.Of("train", "--config", _recipe, "--resume").Mistake(), StringComparison.Ordinal);
        Assert.Contains("no such file", CommandRun.Of("train", "--config", _folder.File("none.yaml")).Mistake(), StringComparison.Ordinal);
        Assert.Contains("--config", CommandRun.Of("train").Mistake(), StringComparison.Ordinal);
    }

    private sealed class LineWatcher(Func<string, bool> isTheOne, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (isTheOne(value!))
                stop.Cancel();
        }
    }
}
