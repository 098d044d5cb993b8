using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary>distill, adapt and generate --adapter, one after the other, as a user would run them.</summary>
public sealed class AdaptTests : IDisposable
{
    private const int Prompts = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _prompts;
    private readonly string _recipe;

    public AdaptTests()
    {
        _folder.Write("lines.txt", NumberLines.Of(40));
        string train = _folder.Write("train.yaml", """
            output: base
            model: { architecture: llama, hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 128 }
            tokenizer: { characters: true }
            data: [ { text: lines.txt } ]
            objective: { kind: ar }
            batch: { row_tokens: 32, rows_per_step: 2 }
            steps: 2
            optimizer: { learning_rate: 0.01, warmup_steps: 1 }
            """);
        _model = CommandRun.Of("train", "--config", train, "--json").Json(notes: true).Single().GetProperty("checkpoint").GetString()!;
        _prompts = _folder.Write("prompts.jsonl", string.Concat(Enumerable.Range(0, Prompts).Select(i => $"{{\"prompt\": \"number {i}\"}}\n")));
        _recipe = _folder.Write("adapt.yaml", """
            output: run
            data: [ { jsonl: answers.jsonl, held_out: 0.2 } ]
            adapter: { rank: 2, draft_length: 4 }
            batch: { documents_per_step: 2, blocks_per_document: 4, document_tokens: 64 }
            steps: 3
            optimizer: { learning_rate: 0.01, warmup_steps: 1 }
            evaluation: { every: 3, documents: 2 }
            """);
    }

    private string Answers => _folder.File("answers.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_adapted_on_its_own_answers_drafts_and_writes_the_same_text()
    {
        Distill();
        CommandRun run = CommandRun.Of("adapt", "--config", _recipe, "--model", _model, "--threads", "2", "--json");
        JsonElement last = run.Json(notes: true).Single();
        Assert.Equal(3, last.GetProperty("step").GetInt32());
        Assert.Contains("tokens a pass: ", run.Error, StringComparison.Ordinal);
        string adapter = last.GetProperty("checkpoint").GetString()!;
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors", "tidar.json"], Directory.GetFiles(adapter).Select(f => Path.GetFileName(f)).Order());
        foreach (string mode in new[] { "fused", "two-pass" })
        {
            JsonElement text = CommandRun.Of(
                "generate", "number 7", "--model", _model, "--adapter", adapter, "--mode", mode, "--max-tokens", "20", "--compare", "--json").Json().Single();
            Assert.Equal(("tidar", 4), (text.GetProperty("strategy").GetString(), text.GetProperty("draft_length").GetInt32()));
            Assert.True(text.GetProperty("equal").GetBoolean());
        }

        JsonElement finished = CommandRun.Of("adapt", "--config", _recipe, "--model", _model, "--resume", "--json").Json(notes: true).Single();
        Assert.Equal(JsonValueKind.Null, finished.GetProperty("loss").ValueKind);
        Assert.Contains("without checkpoints", CommandRun.Of("adapt", "--config", _recipe, "--model", _model).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_are_those_of_generate_and_a_cut_file_is_completed_to_the_same_bytes()
    {
        Distill();
        byte[] whole = File.ReadAllBytes(Answers);
        string[] lines = File.ReadAllLines(Answers);
        Assert.Equal(Prompts, lines.Length);
        JsonElement[] generated = CommandRun.Of(
            "generate", "--prompts", _prompts, "--model", _model, "--max-tokens", "16", "--temperature", "1", "--seed", "5", "--json").Json(notes: true);
        for (int i = 0; i < Prompts; i++)
        {
            JsonElement answer = JsonDocument.Parse(lines[i]).RootElement;
            Assert.Equal(generated[i].GetProperty("prompt_ids").GetRawText(), answer.GetProperty("prompt_ids").GetRawText());
            Assert.Equal(generated[i].GetProperty("ids").GetRawText(), answer.GetProperty("completion_ids").GetRawText());
            Assert.Equal(generated[i].GetProperty("text").GetString(), answer.GetProperty("completion").GetString());
        }

        File.WriteAllBytes(Answers, whole[..(whole.Length / 2)]);
        Assert.Contains("--resume", CommandRun.Of(DistillArguments()).Mistake(), StringComparison.Ordinal);
        JsonElement summary = CommandRun.Of([.. DistillArguments(), "--resume"]).Json(notes: true).Single();
        Assert.Equal(Prompts, summary.GetProperty("answers").GetInt32());
        Assert.Equal(whole, File.ReadAllBytes(Answers));
        _folder.Write("prompts.jsonl", "{\"prompt\": \"other\"}\n");
        Assert.Contains("prompt_ids", CommandRun.Of([.. DistillArguments(), "--resume"]).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_command_samples_and_trains()
    {
        JsonElement[] lines = CommandRun.Of([.. DistillArguments(), "--adapt", _recipe]).Json(notes: true);
        Assert.Equal([Prompts, 3], [lines[0].GetProperty("answers").GetInt32(), lines[1].GetProperty("step").GetInt32()]);
        Assert.Equal(lines[1].GetProperty("checkpoint").GetString(), CommandRun.Of([.. DistillArguments(), "--adapt", _recipe, "--resume"]).Json(notes: true)[1].GetProperty("checkpoint").GetString());
    }

    [Fact]
    public void Adapters_that_cannot_be_used_are_one_line()
    {
        string[] generate = ["generate", "number", "--model", _model, "--adapter"];
        Assert.Contains("--adapter", CommandRun.Of([.. generate, _folder.File("none")]).Mistake(), StringComparison.Ordinal);
        Assert.Contains("adapter_config.json", CommandRun.Of([.. generate, _model]).Mistake(), StringComparison.Ordinal);
        Assert.Contains("answers.jsonl", CommandRun.Of("adapt", "--config", _recipe, "--model", _model).Mistake(), StringComparison.Ordinal);
    }

    private string[] DistillArguments() =>
    [
        "distill", "--prompts", _prompts, "--model", _model, "--out", Answers, "--max-tokens", "16", "--temperature", "1", "--seed", "5", "--sessions", "5", "--json",
    ];

    private void Distill() => CommandRun.Of(DistillArguments()).Json(notes: true);
}
