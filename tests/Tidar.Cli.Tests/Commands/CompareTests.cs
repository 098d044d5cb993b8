using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class CompareTests : IDisposable
{
    private const string Prompts = """
        {"prompt":"dora has 13 books and loses 8. how many books has dora?\n"}
        {"prompt":"tom has 2 apples.\n"}

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Model => SharedData.Path("goldens", "tidar", "decode", "model");

    private string[] Command(params string[] more) =>
        ["compare", "--model", Model, "--threads", "1", "--max-tokens", "12", "--repetitions", "1", "--prompts", _folder.Write("prompts.jsonl", Prompts), "--out", _folder.File("out"), .. more];

    [Fact]
    public void All_ways_are_compared_and_written_as_page_Markdown_and_JSON()
    {
        JsonElement result = CommandRun.Of(Command("--json", "--slots", "1,2")).Json().Single();
        JsonElement strategies = result.GetProperty("settings")[0].GetProperty("strategies");
        Assert.Equal(
            [
                "ar", "fused", "two-pass", "sparse", "sparse-likely", "fused-branches", "two-pass-branches", "auto", "prompt-lookup",
                "block-diffusion-0.9", "block-diffusion-1", "block-diffusion-2", "block-diffusion-4",
            ],
            strategies.EnumerateArray().Select(static s => s.GetProperty("strategy").GetString()));
        foreach (JsonElement strategy in strategies.EnumerateArray())
            Assert.Equal(strategy.GetProperty("own_text").GetBoolean() ? JsonValueKind.Null : JsonValueKind.True, strategy.GetProperty("equal").ValueKind);
        Assert.Equal([1, 2], result.GetProperty("costs").GetProperty("rows").EnumerateArray().Select(static r => r.GetProperty("rows").GetInt32()));
        Assert.StartsWith("tidar compare --model ", result.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(result, JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.File("out"), "comparison.json"))).RootElement));
        Assert.Equal(3, Directory.GetFiles(_folder.File("out")).Length);
    }

    [Fact]
    public void A_draft_model_is_one_of_the_ways()
    {
        JsonElement result = CommandRun.Of(Command("--json", "--no-costs", "--draft-model", Model, "--strategies", "draft-model")).Json().Single();
        JsonElement way = result.GetProperty("settings")[0].GetProperty("strategies")[1];
        Assert.Equal("draft-model", way.GetProperty("strategy").GetString());
        Assert.True(way.GetProperty("equal").GetBoolean());
    }

    [Fact]
    public void A_terminal_gets_the_table_and_one_prompt_pass_by_pass()
    {
        CommandRun run = CommandRun.Of(Command("--no-costs", "--strategies", "fused", "--show", "passes", "--show-prompt", "2", "--contexts", "150,9000", "--batch", "2"));
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("= AR", run.Output, StringComparison.Ordinal);
        Assert.Contains("slot 7", run.Output, StringComparison.Ordinal);
        Assert.Contains("prompt 2, pass by pass", run.Output, StringComparison.Ordinal);
        Assert.Contains("the same text", run.Output, StringComparison.Ordinal);
        Assert.Contains("prompts of 150 tokens, padded in front with the prompts' own text over again", run.Output, StringComparison.Ordinal);
        Assert.Contains("note: context 9000: cut to ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch: expected whole numbers of at least 1, separated by commas, found 0", "--batch", "0")]
    [InlineData("--contexts: expected whole numbers of at least 1", "--contexts", "128,-1")]
    [InlineData("--repetitions: expected a whole number from 1", "--repetitions", "0")]
    [InlineData("strategies: expected some of ar, fused, two-pass", "--strategies", "ar,quick")]
    [InlineData("--strategies: expected words separated by commas", "--strategies", "ar,")]
    [InlineData("decoding options: mask token: expected an id from", "--mask-token", "77777777")]
    [InlineData("--show-prompt: expected a number from 1 to 2, found 3", "--show-prompt", "3")]
    [InlineData("strategies: draft-model: expected a draft model beside the model, found none", "--strategies", "draft-model")]
    [InlineData("no-such.jsonl", "--prompts", "no-such.jsonl")]
    public void A_mistake_is_one_line_and_nothing_is_written(string part, params string[] args)
    {
        List<string> command = [.. Command()];
        foreach (string[] pair in args.Chunk(2))
        {
            int given = command.IndexOf(pair[0]);
            if (given >= 0)
                command.RemoveRange(given, 2);
            command.AddRange(pair);
        }

        Assert.Contains(part, CommandRun.Of([.. command]).Mistake(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Prompts_must_be_given_and_fit()
    {
        Assert.Contains("--prompts", CommandRun.Of("compare").Mistake(), StringComparison.Ordinal);
        string[] command = [.. Command().Where(static a => !a.EndsWith("prompts.jsonl", StringComparison.Ordinal) && a != "--prompts"), "--prompts"];
        Assert.Contains("found an empty file", CommandRun.Of([.. command, _folder.Write("empty.jsonl", "")]).Mistake(), StringComparison.Ordinal);
        string longer = $"{{\"ids\":[{string.Join(',', Enumerable.Repeat(1, 9000))}]}}\n";
        Assert.Contains("long.jsonl line 1: prompt: length: expected fewer than", CommandRun.Of([.. command, _folder.Write("long.jsonl", longer)]).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plain_model_has_AR_alone_and_the_others_with_reasons()
    {
        string[] command = Command("--no-costs");
        command[2] = SharedData.Path("goldens", "models", "hf", "llama-gqa");
        _folder.Write("prompts.jsonl", "{\"ids\":[1,2,3]}\n");
        CommandRun run = CommandRun.Of(command);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("note: left out: fused (decoding options: strategy: expected a model trained with TiDAR", run.Error, StringComparison.Ordinal);
        Assert.Contains("strategies: fused: expected a way that the model can decode", CommandRun.Of([.. command, "--strategies", "fused"]).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_not_overwritten_and_nothing_is_measured()
    {
        Directory.CreateDirectory(_folder.File("out"));
        File.WriteAllText(Path.Combine(_folder.File("out"), "comparison.md"), "# My own");
        Assert.Contains("comparison.md: expected nothing, or an earlier comparison", CommandRun.Of(Command()).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_to_stop_leaves_nothing_behind()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        CommandRun run = CommandRun.Of(Command("--no-costs"), "", stop.Token);
        Assert.Equal(ExitCode.Cancelled, run.Code);
        Assert.Empty(run.Output);
        Assert.False(Directory.Exists(_folder.File("out")));
    }
}
