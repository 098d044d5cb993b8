using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class ScoreAndLogitsTests
{
    private const float Tolerance = 2e-4f;

    private static string Qwen => SharedData.Path("goldens", "models", "hf", "qwen3");

    [Fact]
    public void Logits_of_the_last_row_and_the_best_token_of_every_row_equal_the_golden_model_s()
    {
        string model = Qwen;
        string expected = Path.Combine(model, "expected.safetensors");
        int[] ids = GoldenTensors.ReadInts(expected, "input_ids")[..24];
        float[] logits = GoldenTensors.ReadFloats(expected)["logits"];
        int vocabulary = logits.Length / 48;
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", JsonSerializer.Serialize(new { ids }));
        JsonElement last = CommandRun.Of("logits", "--model", model, "--prompts", prompts, "--json").Json().Single();
        float[] found = [.. last.GetProperty("logits").EnumerateArray().Select(e => e.GetSingle())];
        float[] golden = logits[(23 * vocabulary)..(24 * vocabulary)];
        Assert.Equal(vocabulary, found.Length);
        Assert.All(found.Zip(golden), pair => Assert.InRange(pair.First - pair.Second, -Tolerance, Tolerance));
        Assert.Equal(Array.IndexOf(golden, golden.Max()), last.GetProperty("argmax").GetInt32());
        JsonElement all = CommandRun.Of("logits", "--model", model, "--prompts", prompts, "--rows", "all", "--json").Json().Single();
        Assert.Equal(ids, all.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()));
        int[] best = [.. logits.Chunk(vocabulary).Take(24).Select(row => Array.IndexOf(row, row.Max()))];
        Assert.Equal(best, all.GetProperty("argmax").EnumerateArray().Select(e => e.GetInt32()));
    }

    [Fact]
    public void Score_gives_a_log_probability_for_every_token_but_the_first_and_their_sum()
    {
        string model = Qwen;
        string expected = Path.Combine(model, "expected.safetensors");
        int[] ids = GoldenTensors.ReadInts(expected, "input_ids")[..24];
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "expected.json")));
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", JsonSerializer.Serialize(new { ids }));
        JsonElement score = CommandRun.Of("score", "--model", model, "--prompts", prompts, "--json").Json().Single();
        JsonElement[] values = [.. score.GetProperty("logprobs").EnumerateArray()];
        Assert.Equal(24, values.Length);
        Assert.Equal(JsonValueKind.Null, values[0].ValueKind);
        double sum = score.GetProperty("sum_logprob").GetDouble();
        Assert.Equal(values.Skip(1).Sum(v => v.GetDouble()), sum, 9);
        Assert.InRange(sum - golden.RootElement.GetProperty("sum_logprob")[0].GetDouble(), -1e-3, 1e-3);
    }

    [Fact]
    public void Perplexity_is_the_mean_over_windows_of_given_length()
    {
        string model = SharedData.Path("goldens", "tidar", "decode", "model");
        using TemporaryFolder folder = new();
        string text = folder.Write("text.txt", "dora has 13 books and loses 8. how many books has dora?");
        JsonElement whole = CommandRun.Of("score", "--model", model, "--file", text, "--window", "20", "--limit-tokens", "50", "--json").Json().Single();
        Assert.Equal(50, whole.GetProperty("tokens").GetInt32());
        Assert.Equal(3, whole.GetProperty("windows").GetInt32());
        Assert.Equal(Math.Exp(whole.GetProperty("nll").GetDouble()), whole.GetProperty("perplexity").GetDouble(), 9);
        JsonElement encoded = CommandRun.Of("tokenize", File.ReadAllText(text), "--model", model, "--json").Json().Single();
        IEnumerable<int[]> parts = encoded.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()).Take(50).Chunk(20);
        string windows = folder.Write("w.jsonl", string.Join('\n', parts.Select(w => JsonSerializer.Serialize(new { ids = w }))));
        double sum = CommandRun.Of("score", "--model", model, "--prompts", windows, "--json").Json().Sum(s => s.GetProperty("sum_logprob").GetDouble());
        Assert.Equal(-sum / 47, whole.GetProperty("nll").GetDouble(), 9);
    }

    [Fact]
    public void Bfloat16_weights_move_the_score_a_little_and_threads_do_not_at_all()
    {
        string model = Qwen;
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", "{\"ids\": [5, 17, 200, 31, 8, 99]}");
        double Sum(params string[] more) =>
            CommandRun.Of(["score", "--model", model, "--prompts", prompts, "--json", .. more]).Json(notes: true).Single().GetProperty("sum_logprob").GetDouble();
        double exact = Sum(), rounded = Sum("--weights", "bf16");
        Assert.Equal(exact, Sum("--weights", "f32", "--threads", "3"));
        Assert.NotEqual(exact, rounded);
        Assert.InRange(exact - rounded, -0.5, 0.5);
    }

    [Theory]
    [InlineData("expected --prompts or --file, found neither", "score")]
    [InlineData("expected one of --prompts and --file, found both", "score", "--prompts", "x", "--file", "y")]
    [InlineData("--window: expected a whole number of at least 2, found 1", "score", "--file", "x", "--window", "1")]
    [InlineData("--prompts", "logits")]
    [InlineData("--rows: expected one of last, all, found first", "logits", "--prompts", "x", "--rows", "first")]
    public void Options_that_cannot_be_are_one_line(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(args).Mistake(), StringComparison.Ordinal);

    [Fact]
    public void Texts_that_cannot_be_scored_are_one_line_that_names_the_file()
    {
        string model = SharedData.Path("goldens", "tidar", "decode", "model");
        using TemporaryFolder folder = new();
        string Mistake(ReadOnlySpan<byte> text, params string[] more) =>
            CommandRun.Of(["score", "--model", model, "--file", folder.Write("t.txt", text), .. more]).Mistake();
        Assert.Contains("t.txt: score: text: expected at least two tokens, found 0", Mistake(""u8), StringComparison.Ordinal);
        Assert.Contains("t.txt: expected text in UTF-8", Mistake([0xFF, 0xFE]), StringComparison.Ordinal);
        Assert.Contains("t.txt: score: window: expected 2 to", Mistake("dora has"u8, "--window", "1000000"), StringComparison.Ordinal);
        Assert.Contains("expected a tokenizer", CommandRun.Of("score", "--model", Qwen, "--file", folder.File("t.txt")).Mistake(), StringComparison.Ordinal);
    }
}
