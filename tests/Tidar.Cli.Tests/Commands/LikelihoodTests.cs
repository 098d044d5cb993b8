using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary><c>tidar score --likelihood</c>; the numbers themselves are proven beside the scorer.</summary>
public sealed class LikelihoodTests
{
    private static string Llada => SharedData.Path("goldens", "models", "diffusion", "llada");

    private static string Dream => SharedData.Path("goldens", "models", "diffusion", "dream");

    private static string Tidar => SharedData.Path("goldens", "tidar", "decode", "model");

    [Fact]
    public void A_completion_is_scored_as_the_checkpoint_writes_and_a_line_may_be_repeated_alone()
    {
        const string Line = """{"ids": [5, 17, 200, 31], "completion_ids": [8, 99, 4, 7, 12]}""";
        JsonElement[] twice = Score(Llada, $"{Line}\n{Line}", "--samples", "24", "--seed", "7");
        Assert.All(twice, score =>
        {
            Assert.Equal("masked-diffusion", score.GetProperty("likelihood").GetString());
            Assert.Equal((24, 24), (score.GetProperty("samples").GetInt32(), score.GetProperty("passes").GetInt32()));
            Assert.InRange(score.GetProperty("standard_error").GetDouble(), 1e-3, 10);
            Assert.Equal([8, 99, 4, 7, 12], score.GetProperty("completion_ids").EnumerateArray().Select(e => e.GetInt32()));
            Assert.False(score.TryGetProperty("one_step_logprob", out _));
        });
        double[] sums = [.. twice.Select(Sum)];
        Assert.NotEqual(sums[0], sums[1]);
        Assert.Equal(sums[0], Sum(Score(Llada, Line, "--samples", "24", "--seed", "7", "--threads", "1").Single()));
        Assert.Equal(sums[1], Sum(Score(Llada, Line, "--samples", "24", "--seed", "8").Single()));
        JsonElement guided = Score(Llada, Line, "--samples", "24", "--seed", "7", "--guidance", "1.5").Single();
        Assert.Equal(48, guided.GetProperty("passes").GetInt32());
        Assert.NotEqual(sums[0], Sum(guided));
    }

    [Fact]
    public void Without_a_completion_a_diffusion_s_text_is_scored_behind_its_first_token()
    {
        JsonElement whole = Score(Dream, """{"ids": [5, 17, 200, 31]}""").Single(), parts = Score(Dream, """{"ids": [5], "completion_ids": [17, 200, 31]}""").Single();
        Assert.Equal(128, whole.GetProperty("samples").GetInt32());
        Assert.Equal(Sum(parts), Sum(whole));
        Assert.False(whole.TryGetProperty("completion_ids", out _));
    }

    [Fact]
    public void A_tidar_checkpoint_scores_by_one_causal_pass_unless_told_otherwise()
    {
        const string Line = """{"prompt": "dora has 13 books", "completion": " and loses 8."}""";
        JsonElement ar = Score(Tidar, Line).Single();
        int[] ids = Numbers(ar, "ids"), completion = Numbers(ar, "completion_ids");
        JsonElement whole = Score(Tidar, JsonSerializer.Serialize(new { ids = ids.Concat(completion) })).Single();
        Assert.Equal(whole.GetProperty("logprobs").EnumerateArray().Skip(ids.Length).Sum(e => e.GetDouble()), Sum(ar), 9);
        Assert.Equal(("ar", 0.0, 0, 1), (
            ar.GetProperty("likelihood").GetString(), ar.GetProperty("standard_error").GetDouble(), ar.GetProperty("samples").GetInt32(), ar.GetProperty("passes").GetInt32()));
        JsonElement blocks = Score(Tidar, Line, "--likelihood", "block-diffusion", "--samples", "16", "--block-length", "4").Single();
        int count = (completion.Length + 3) / 4, single = completion.Length % 4 == 1 ? 1 : 0;
        Assert.Equal(1 + (17 * (count - single)) + single, blocks.GetProperty("passes").GetInt32());
        Assert.True(double.IsFinite(blocks.GetProperty("one_step_logprob").GetDouble()));
        Assert.NotEqual(Sum(ar), Sum(blocks));
    }

    [Fact]
    public void Perplexity_has_an_error_where_it_is_an_estimate()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("text.txt", "dora has 13 books and loses 8. how many books has dora?");
        string[] args = ["score", "--model", Tidar, "--file", text, "--window", "20", "--json"];
        JsonElement ar = CommandRun.Of(args).Json().Single(), blocks = CommandRun.Of([.. args, "--likelihood", "block-diffusion", "--samples", "8"]).Json().Single();
        Assert.Equal(("ar", 0.0), (ar.GetProperty("likelihood").GetString(), ar.GetProperty("standard_error").GetDouble()));
        Assert.Equal(("block-diffusion", 8), (blocks.GetProperty("likelihood").GetString(), blocks.GetProperty("samples").GetInt32()));
        Assert.InRange(blocks.GetProperty("standard_error").GetDouble(), 1e-4, 1);
        Assert.Equal(ar.GetProperty("windows").GetInt32(), blocks.GetProperty("windows").GetInt32());
        Assert.Equal(Math.Exp(blocks.GetProperty("nll").GetDouble()), blocks.GetProperty("perplexity").GetDouble(), 9);
    }

    [Fact]
    public void People_see_the_error_beside_the_number_and_models_trained_otherwise_are_noted()
    {
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", """{"prompt": "dora has 13 books", "completion": " and"}""");
        CommandRun run = CommandRun.Of("score", "--model", Tidar, "--prompts", prompts, "--likelihood", "masked-diffusion", "--samples", "9");
        Assert.Equal(0, run.Code);
        Assert.Matches(@"^-\d+\.\d{4} ± \d+\.\d{4}  \d+ tokens  dora has 13 books\n$", run.Output);
        Assert.Contains("note: the model was not trained for masked-diffusion", run.Error, StringComparison.Ordinal);
        CommandRun single = CommandRun.Of("score", "--model", Tidar, "--prompts", prompts, "--likelihood", "block-diffusion", "--samples", "1");
        Assert.Contains(" ± ? (in one step a block -", single.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--samples: expected a whole number of at least 1, found 0", """{"ids": [1, 2]}""", "--samples", "0")]
    [InlineData("--likelihood: expected one of auto, ar, masked-diffusion, block-diffusion, found mc", """{"ids": [1, 2]}""", "--likelihood", "mc")]
    [InlineData("--guidance: expected a number from 0, found -1", """{"ids": [1, 2]}""", "--guidance=-1")]
    [InlineData("--block-length: expected a whole number of at least 1, found 0", """{"ids": [1, 2]}""", "--block-length", "0")]
    [InlineData("likelihood: block length: expected block-diffusion, which alone has blocks, found masked-diffusion", """{"ids": [1, 2]}""", "--block-length", "4")]
    [InlineData("line 1: likelihood: completion: expected at least one token, found none", """{"ids": [1, 2], "completion_ids": []}""")]
    [InlineData("line 2: likelihood: completion: expected text without the mask token, found 318", "{\"ids\": [1, 2]}\n{\"ids\": [1], \"completion_ids\": [318]}")]
    [InlineData("line 1: expected one of the fields completion, completion_ids, found both", """{"ids": [1], "completion": "a", "completion_ids": [3]}""")]
    [InlineData("line 1: completion_ids: expected ids from", """{"ids": [1], "completion_ids": ["a"]}""")]
    [InlineData("expected a tokenizer", """{"ids": [1], "completion": "a"}""")]
    public void What_cannot_be_scored_is_one_line(string part, string lines, params string[] more)
    {
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", lines);
        Assert.Contains(part, CommandRun.Of(["score", "--model", Llada, "--prompts", prompts, .. more]).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_mask_token_and_a_block_beyond_the_context_are_one_line()
    {
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", """{"ids": [1, 2]}""");
        string Mistake(string model, params string[] more) => CommandRun.Of(["score", "--model", model, "--prompts", prompts, .. more]).Mistake();
        string plain = SharedData.Path("goldens", "models", "hf", "qwen3");
        Assert.Contains("expected a model with a mask token (adapters have none), found masked-diffusion for a model without", Mistake(plain, "--likelihood", "masked-diffusion"), StringComparison.Ordinal);
        Assert.Contains("block length: expected 1 to", Mistake(Tidar, "--likelihood", "block-diffusion", "--block-length", "1000000"), StringComparison.Ordinal);
    }

    private static JsonElement[] Score(string model, string lines, params string[] more)
    {
        using TemporaryFolder folder = new();
        return CommandRun.Of(["score", "--model", model, "--prompts", folder.Write("p.jsonl", lines), "--json", .. more]).Json();
    }

    private static double Sum(JsonElement score) => score.GetProperty("sum_logprob").GetDouble();

    private static int[] Numbers(JsonElement score, string name) => [.. score.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
