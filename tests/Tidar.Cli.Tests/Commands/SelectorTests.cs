using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary>selector, generate with and without it, and inspect, as a user would run them.</summary>
public sealed class SelectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _recipe;

    public SelectorTests()
    {
        _folder.Write("lines.txt", NumberLines.Of(40));
        string train = _folder.Write("train.yaml", """
            output: base
            model: { architecture: llama, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 128 }
            tokenizer: { characters: true }
            data: [ { text: lines.txt } ]
            objective: { draft_length: 4 }
            batch: { row_tokens: 32, rows_per_step: 2 }
            steps: 2
            optimizer: { learning_rate: 0.01, warmup_steps: 1 }
            """);
        _model = CommandRun.Of("train", "--config", train, "--json").Json(notes: true).Single().GetProperty("checkpoint").GetString()!;
        _recipe = _folder.Write("selector.yaml", """
            output: run
            data: [ { text: lines.txt, separator: "\n\n", held_out: 0.2 } ]
            selector: { rank: 3, candidates: 5 }
            blocks: { count: 40, per_document: 4, document_tokens: 64 }
            batch: { blocks_per_step: 8 }
            steps: 4
            optimizer: { learning_rate: 0.01, warmup_steps: 1 }
            evaluation: { documents: 2 }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_gets_a_selector_beside_its_weights_which_every_command_sees_and_no_text_shows()
    {
        CommandRun run = CommandRun.Of("selector", "--config", _recipe, "--model", _model, "--threads", "2", "--json");
        JsonElement last = run.Json(notes: true).Single();
        Assert.Equal((4, _model), (last.GetProperty("step").GetInt32(), last.GetProperty("checkpoint").GetString()));
        Assert.Contains("drafting blocks", run.Error, StringComparison.Ordinal);
        Assert.Contains("without selector", run.Error, StringComparison.Ordinal);
        JsonElement inspected = CommandRun.Of("inspect", _model, "--json").Json().Single().GetProperty("selector");
        Assert.Equal((3, 5), (inspected.GetProperty("rank").GetInt32(), inspected.GetProperty("candidates").GetInt32()));
        Assert.Contains("path selector", CommandRun.Of("inspect", _model).Output, StringComparison.Ordinal);
        foreach (string[] options in new[] { new[] { "--mode", "fused" }, ["--mode", "two-pass"], ["--temperature", "0.8"], ["--no-selector"] })
        {
            string[] generate = ["generate", "number 7", "--model", _model, "--max-tokens", "20", "--compare", "--json"];
            Assert.True(CommandRun.Of([.. generate, .. options]).Json().Single().GetProperty("equal").GetBoolean());
        }

        Assert.Equal(JsonValueKind.Null, CommandRun.Of("selector", "--config", _recipe, "--model", _model, "--resume", "--json").Json(notes: true).Single().GetProperty("loss").ValueKind);
        Assert.Contains("without checkpoints", CommandRun.Of("selector", "--config", _recipe, "--model", _model).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_s_folder_is_inspected_with_its_selector()
    {
        JsonElement adapter = CommandRun.Of("inspect", Path.Combine(SharedData.RepositoryRoot, "models", "smollm2-135m-tidar-adapter"), "--json").Json().Single();
        Assert.Equal(("adapter", 8), (adapter.GetProperty("kind").GetString(), adapter.GetProperty("draft_length").GetInt32()));
    }

    [Fact]
    public void An_adapter_that_is_not_there_is_one_line() =>
        Assert.Contains("--adapter", CommandRun.Of("selector", "--config", _recipe, "--model", _model, "--adapter", _folder.File("none")).Mistake(), StringComparison.Ordinal);
}
