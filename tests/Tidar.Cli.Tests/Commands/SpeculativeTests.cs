using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary><c>tidar generate</c> with a draft model and with prompt lookup.</summary>
public sealed class SpeculativeTests
{
    private const string Problem = "dora has 13 books and loses 8. how many books has dora?\n";
    private const string Answer = "dora had 13 books. 13-9=18. dora has 18 books.";

    private static string Model => SharedData.Path("goldens", "tidar", "decode", "model");

    [Theory]
    [InlineData]
    [InlineData("--temperature", "1.2", "--top-k", "20", "--seed", "5", "--draft-length", "7")]
    [InlineData("--repetition-penalty", "1.1", "--logprobs", "2")]
    public void A_draft_model_gives_the_same_text_and_its_passes_are_counted_apart(params string[] options)
    {
        JsonElement result = Generate(["--strategy", "draft-model", "--draft-model", Model, "--trace", "--compare", .. options]);
        Assert.True(result.GetProperty("equal").GetBoolean());
        Assert.Equal("draft-model", result.GetProperty("strategy").GetString());
        Assert.Equal("exact", result.GetProperty("acceptance_rule").GetString());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("mode").ValueKind);
        JsonElement[] steps = [.. result.GetProperty("steps").EnumerateArray()];
        Assert.Equal(result.GetProperty("passes").GetInt32(), steps.Length);
        Assert.Equal("prefill", steps[0].GetProperty("kind").GetString());
        Assert.Equal(["kind", "draft", "accepted", "corrected"], steps[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal(steps.Skip(1).Sum(s => s.GetProperty("draft").GetArrayLength()), result.GetProperty("draft_passes").GetInt32());

        // It drafts for itself: all but what lies behind the end is right.
        Assert.True(result.GetProperty("tokens_per_pass").GetDouble() > 3.5);
        Assert.Equal(Numbers(result, "drafted"), Numbers(result, "accepted"));
        Assert.False(result.GetProperty("ar").TryGetProperty("draft_passes", out _));
    }

    [Fact]
    public void Prompt_lookup_gives_the_same_text_and_accepts_what_stands_in_the_prompt()
    {
        JsonElement result = Generate(["--strategy", "prompt-lookup", "--ngram", "2", "--draft-length", "3", "--trace", "--compare"]);
        Assert.True(result.GetProperty("equal").GetBoolean());
        Assert.Equal(Answer, result.GetProperty("text").GetString());
        Assert.Equal(3, result.GetProperty("draft_length").GetInt32());
        Assert.True(Numbers(result, "accepted").Sum() > 0);
        Assert.True(result.GetProperty("tokens_per_pass").GetDouble() > 1);
        Assert.False(result.TryGetProperty("draft_passes", out _));
    }

    [Theory]
    [InlineData("draft-model")]
    [InlineData("prompt-lookup")]
    public void The_textbook_rule_gives_the_greedy_text_and_for_a_seed_always_the_same_sample(string strategy)
    {
        string[] drafting = strategy == "draft-model" ? ["--strategy", strategy, "--draft-model", Model] : ["--strategy", strategy];
        string[] textbook = [.. drafting, "--acceptance", "textbook"];
        Assert.Equal(Answer, Generate(textbook).GetProperty("text").GetString());
        string[] sampled = [.. textbook, "--temperature", "1.5", "--seed", "3"];
        JsonElement first = Generate(sampled);
        Assert.Equal("textbook", first.GetProperty("acceptance_rule").GetString());
        Assert.Equal(first.GetProperty("text").GetString(), Generate(sampled).GetProperty("text").GetString());
    }

    [Fact]
    public void People_see_the_text_what_was_accepted_and_the_draft_passes()
    {
        string[] draft = ["generate", Problem, "--model", Model, "--strategy", "draft-model", "--draft-model", Model];
        CommandRun run = CommandRun.Of(draft);
        Assert.StartsWith($"{Answer}\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Matches(@"47 tokens, 11 passes, T/NFE 4\.27, \d+ tokens/s, draft-model, K = 4, \d+ draft passes", run.Output);
        Assert.Contains("drafted tokens accepted, by slot: 100% 100% 100% 100%", run.Output, StringComparison.Ordinal);
        string[] steps = CommandRun.Of([.. draft, "--show", "steps"]).Output.ReplaceLineEndings("\n").Split('\n');
        Assert.Contains("pass   2  4/4  ora  -> h", steps);

        // The first token is the model's own, as is the one behind every draft.
        using StringWriter output = new(), error = new();
        CommandContext terminal = new(output, error, TextReader.Null) { OutputStyle = new TerminalStyle(IsTerminal: true, Colour: true) };
        Assert.Equal(ExitCode.Done, CommandHost.Run(draft, terminal));
        Assert.Contains("\e[33md\e[0m\e[32mora \e[0m\e[33mh\e[0m\e[32mad 1\e[0m", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_of_the_draft_model_shorter_than_the_text_is_a_note()
    {
        string model = Model;
        using TemporaryFolder folder = new();
        foreach (string file in Directory.GetFiles(model))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        string config = File.ReadAllText(folder.File("config.json"));
        using JsonDocument parsed = JsonDocument.Parse(config);
        int context = parsed.RootElement.GetProperty("max_position_embeddings").GetInt32();
        File.WriteAllText(folder.File("config.json"), config.Replace($"\"max_position_embeddings\": {context}", "\"max_position_embeddings\": 70", StringComparison.Ordinal));
        CommandRun run = CommandRun.Of(
            "generate", Problem, "--model", model, "--strategy", "draft-model", "--draft-model", folder.Path, "--json", "--max-tokens", "100");
        Assert.Equal(Answer, run.Json(notes: true).Single().GetProperty("text").GetString());
        Assert.Contains("note: the draft model's context has 70 tokens", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--strategy draft-model: expected --draft-model PATH|NAME beside it, found none", "--strategy", "draft-model")]
    [InlineData("--draft-model: expected --strategy draft-model beside it, found strategy prompt-lookup", "--strategy", "prompt-lookup", "--draft-model", "x")]
    [InlineData("--draft-model: expected --strategy draft-model beside it, found strategy auto", "--draft-model", "x")]
    [InlineData("--draft-model: expected a model folder, a GGUF file, or a name under models/, found nothing at no-such", "--strategy", "draft-model", "--draft-model", "no-such")]
    [InlineData("draft length: expected 1 to 64, found 65", "--strategy", "prompt-lookup", "--draft-length", "65")]
    [InlineData("--draft-length: expected a whole number of at least 1, found 0", "--strategy", "prompt-lookup", "--draft-length", "0")]
    [InlineData("n-gram: expected 1 to 64, found 99", "--strategy", "prompt-lookup", "--ngram", "99")]
    [InlineData("n-gram: expected strategy prompt-lookup, found strategy ar", "--strategy", "ar", "--ngram", "2")]
    [InlineData("--mode: expected --strategy tidar, found ar", "--strategy", "ar", "--mode", "fused")]
    [InlineData("--branches: expected --strategy tidar, found prompt-lookup", "--strategy", "prompt-lookup", "--branches", "4")]
    [InlineData("acceptance: expected strategy draft-model or prompt-lookup, found strategy tidar", "--acceptance", "textbook")]
    [InlineData("--acceptance: expected one of exact, textbook, found lenient", "--acceptance", "lenient")]
    public void A_mistake_is_one_line(string part, params string[] options) =>
        Assert.Contains(part, CommandRun.Of(["generate", "x", "--model", Model, .. options]).Mistake(), StringComparison.Ordinal);

    [Fact]
    public void Only_a_trace_of_TiDAR_is_an_acceptance_to_simulate_with()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("generate", Problem, "--model", Model, "--strategy", "prompt-lookup", "--json", "--trace");
        string mistake = CommandRun.Of("simulate", "--acceptance", folder.Write("run.jsonl", run.Output)).Mistake();
        Assert.Contains("strategy: expected tidar, found 'prompt-lookup'", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_model_with_other_tokens_is_one_line()
    {
        string other = SharedData.Path("goldens", "models", "hf", "qwen3");
        string mistake = CommandRun.Of("generate", "x", "--model", Model, "--strategy", "draft-model", "--draft-model", other).Mistake();
        Assert.Matches(@"^draft model: vocabulary size: expected \d+, as the model's, found \d+$", mistake);
    }

    private static JsonElement Generate(string[] options) => CommandRun.Of(["generate", Problem, "--model", Model, "--json", .. options]).Json().Single();

    private static int[] Numbers(JsonElement result, string name) =>
        [.. result.GetProperty("acceptance").GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
