using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class TokenizeTests
{
    public static TheoryData<string> Names => [.. SharedData.Folders("goldens", "tokenizers")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_and_texts_of_every_golden_tokenizer_come_out_of_the_command(string name)
    {
        string model = SharedData.Path("data", "tokenizers", name);
        JsonElement[] cases = [.. File.ReadLines(SharedData.Path("goldens", "tokenizers", name, "cases.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", string.Join('\n', cases.SelectMany(c => new[] { Prompt(c, add: null), Prompt(c, add: false) })));
        JsonElement[] encoded = CommandRun.Of("tokenize", "--model", model, "--prompts", prompts, "--json").Json();
        string ids = folder.Write("i.jsonl", string.Join('\n', cases.SelectMany(c => new[] { Ids(c, skip: null), Ids(c, skip: true) })));
        JsonElement[] decoded = CommandRun.Of("tokenize", "--decode", "--model", Path.Combine(model, "tokenizer.json"), "--prompts", ids, "--json").Json();
        for (int i = 0; i < cases.Length; i++)
        {
            Assert.True(JsonElement.DeepEquals(cases[i].GetProperty("ids"), encoded[2 * i].GetProperty("ids")));
            Assert.True(JsonElement.DeepEquals(cases[i].GetProperty("ids_no_special"), encoded[(2 * i) + 1].GetProperty("ids")));
            Assert.Equal(cases[i].GetProperty("decoded").GetString(), decoded[2 * i].GetProperty("text").GetString());
            Assert.Equal(cases[i].GetProperty("decoded_skip_special").GetString(), decoded[(2 * i) + 1].GetProperty("text").GetString());
        }
    }

    [Fact]
    public void Messages_pass_through_the_template_of_folder_and_GGUF_file_alike()
    {
        string[] models = [SharedData.Path("data", "tokenizers", "smollm2"), SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF")];
        using TemporaryFolder folder = new();
        string prompts = folder.Write("p.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}]}");
        string[] ids = [.. models.Select(m => CommandRun.Of("tokenize", "--model", m, "--prompts", prompts, "--json").Output)];
        Assert.Equal(ids[0], ids[1]);
        string back = folder.Write("i.jsonl", ids[0]);
        string text = CommandRun.Of("tokenize", "--decode", "--model", models[0], "--prompts", back, "--json").Json().Single().GetProperty("text").GetString()!;
        Assert.EndsWith("<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected TEXT or --prompts, found neither")]
    [InlineData("expected TEXT or --prompts, found both", "x", "--prompts", "y")]
    [InlineData("--decode: expected --prompts with lines of ids, found none", "--decode")]
    [InlineData("nothing at no-such", "x", "--model", "no-such")]
    public void Command_lines_that_cannot_be_are_one_line(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(["tokenize", .. args]).Mistake(), StringComparison.Ordinal);

    [Fact]
    public void Conversations_the_template_refuses_name_file_and_line()
    {
        using TemporaryFolder folder = new();
        folder.Write("tokenizer.json", File.ReadAllText(SharedData.Path("goldens", "models", "bad", "tokenizer", "good.json")));
        folder.Write("chat_template.jinja", "{{ raise_exception('roles must alternate') }}");
        string prompts = folder.Write("p.jsonl", "{\"prompt\": \"a\"}\n{\"messages\": []}");
        string mistake = CommandRun.Of("tokenize", "--model", folder.Path, "--prompts", prompts).Mistake();
        Assert.Contains("p.jsonl line 2: ", mistake, StringComparison.Ordinal);
        Assert.Contains("chat_template", mistake, StringComparison.Ordinal);
        Assert.Contains("roles must alternate", mistake, StringComparison.Ordinal);
    }

    private static string Prompt(JsonElement one, bool? add) => add is null
        ? $"{{\"prompt\": {one.GetProperty("text").GetRawText()}}}"
        : $"{{\"prompt\": {one.GetProperty("text").GetRawText()}, \"add_special\": false}}";

    private static string Ids(JsonElement one, bool? skip) => skip is null
        ? $"{{\"ids\": {one.GetProperty("ids").GetRawText()}}}"
        : $"{{\"ids\": {one.GetProperty("ids").GetRawText()}, \"skip_special\": true}}";
}
