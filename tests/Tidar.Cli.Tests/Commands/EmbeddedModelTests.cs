using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

/// <summary>What a newcomer sees first: the README's command on the model that lies in the repository.</summary>
public sealed class EmbeddedModelTests
{
    private static string Prompt => File.ReadLines(Path.Combine(SharedData.RepositoryRoot, "README.md"))
        .First(line => line.StartsWith("./tidar generate \"", StringComparison.Ordinal)).Split('"')[1];

    [Fact]
    public void The_README_s_prompt_is_answered_right_in_few_passes_with_the_text_of_autoregression()
    {
        JsonElement result = CommandRun.Of("generate", Prompt, "--mode", "fused", "--compare", "--json").Json().Single();
        Assert.True(result.GetProperty("equal").GetBoolean());
        Assert.Equal("eos", result.GetProperty("finish").GetString());
        Assert.EndsWith("Answer: 71 apples.", result.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(8, result.GetProperty("draft_length").GetInt32());
        Assert.True(result.GetProperty("tokens_per_pass").GetDouble() >= 4);
    }

    [Theory]
    [InlineData("--mode", "auto")]
    [InlineData("--mode", "two-pass")]
    [InlineData("--mode", "sparse", "--outcomes", "8")]
    [InlineData("--draft-length", "3")]
    [InlineData("--threads", "3")]
    [InlineData("--temperature", "1.3", "--seed", "12", "--top-p", "0.95")]
    [InlineData("--repetition-penalty", "1.2", "--frequency-penalty", "0.3")]
    public void No_option_makes_TiDAR_s_text_another_than_the_autoregressive_one(params string[] options) =>
        Assert.True(CommandRun.Of(["generate", Prompt, "--compare", "--json", .. options]).Json(notes: true).Single().GetProperty("equal").GetBoolean());

    [Fact]
    public void The_embedded_model_can_be_named_scored_inspected_and_its_tokenizer_used()
    {
        Assert.Equal("qwen3", CommandRun.Of("inspect", Path.Combine(SharedData.RepositoryRoot, "models", "tidar-demo"), "--json")
            .Json().Single().GetProperty("architecture").GetString());
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", JsonSerializer.Serialize(new { prompt = Prompt }));
        JsonElement score = CommandRun.Of("score", "--model", "tidar-demo", "--prompts", prompts, "--json").Json().Single();
        JsonElement ids = CommandRun.Of("tokenize", Prompt, "--json").Json().Single().GetProperty("ids");
        Assert.True(JsonElement.DeepEquals(ids, score.GetProperty("ids")));
        Assert.True(score.GetProperty("sum_logprob").GetDouble() < 0);
    }
}
