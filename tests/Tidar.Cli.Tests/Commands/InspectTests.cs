using System.Text.Json;
using Tidar.Cli.Hosting;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class InspectTests
{
    public static TheoryData<string, string> Cases => [.. BadFiles.Cases().Select(static c => (c.File, c.Expect))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_malformed_file_is_exit_code_2_and_one_line_and_every_control_loads(string file, string expect)
    {
        string path = SharedData.Path("goldens", "models", "bad", file);
        CommandRun run = CommandRun.Of("inspect", path, "--json");
        if (expect == "reject" || (expect == "either" && run.Code != ExitCode.Done))
            Assert.StartsWith(path, run.Mistake(), StringComparison.Ordinal);
        else
            Assert.Single(run.Json());
    }

    [Fact]
    public void A_diffusion_model_says_what_it_is()
    {
        JsonElement dream = Assert.Single(CommandRun.Of("inspect", SharedData.Path("goldens", "models", "diffusion", "dream"), "--json").Json());
        Assert.Equal("masked", dream.GetProperty("diffusion").GetString());
        Assert.Equal(318, dream.GetProperty("mask_token_id").GetInt32());
        Assert.True(dream.GetProperty("shifted_logits").GetBoolean());
        Assert.Contains("a row predicts the next token", CommandRun.Of("inspect", SharedData.Path("goldens", "models", "diffusion", "dream")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_names_architecture_parameters_and_every_tensor()
    {
        string path = SharedData.Path("goldens", "models", "hf", "llama-gqa");
        JsonElement report = CommandRun.Of("inspect", "--json", path).Json().Single();
        Assert.Equal("llama", report.GetProperty("architecture").GetString());
        JsonElement[] tensors = [.. report.GetProperty("tensors").EnumerateArray()];
        long elements = tensors.Sum(t => t.GetProperty("shape").EnumerateArray().Aggregate(1L, (n, d) => n * d.GetInt64()));
        Assert.Equal(report.GetProperty("parameters").GetInt64(), elements);
        JsonElement embedding = tensors.Single(t => t.GetProperty("name").GetString() == "model.embed_tokens.weight");
        Assert.Equal("F32", embedding.GetProperty("dtype").GetString());
        Assert.Equal("[320, 64]", $"[{string.Join(", ", embedding.GetProperty("shape").EnumerateArray())}]");
    }

    [Fact]
    public void A_tokenizer_is_described_alone_and_inside_a_model()
    {
        string alone = SharedData.Path("goldens", "models", "gguf", "tokenizer.json");
        string inside = SharedData.Path("goldens", "models", "gguf", "llama-F32.gguf");
        foreach (string path in new[] { alone, inside })
        {
            JsonElement report = CommandRun.Of("inspect", "--json", path).Json().Single();
            Assert.Equal(320, report.GetProperty("tokenizer").GetProperty("vocabulary").GetInt32());
        }
    }

    [Fact]
    public void The_trained_draft_length_and_the_mask_token_are_shown()
    {
        string path = SharedData.Path("goldens", "tidar", "decode", "model");
        JsonElement report = CommandRun.Of("inspect", "--json", path).Json().Single();
        Assert.Equal(8, report.GetProperty("draft_length").GetInt32());
        Assert.True(report.GetProperty("mask_token_id").GetInt32() > 0);
        Assert.Contains("K = 8", CommandRun.Of("inspect", path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void People_get_a_table_without_escape_codes_when_nobody_looks()
    {
        CommandRun run = CommandRun.Of("inspect", SharedData.Path("goldens", "models", "gguf", "llama-Q4_K_M-mix.gguf"));
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("Q6_K", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }
}
