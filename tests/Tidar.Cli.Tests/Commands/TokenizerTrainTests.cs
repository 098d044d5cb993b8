using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class TokenizerTrainTests
{
    private const string Text = "the cat sat on the mat and the other cat sat on the other mat";

    [Fact]
    public void A_tokenizer_from_text_and_JSONL_is_written_and_encodes_what_it_was_trained_on()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("a.txt", Text), lines = folder.Write("b.jsonl", JsonSerializer.Serialize(new { text = Text }));
        string[] options = ["--vocabulary-size", "270", "--special", "<end>", "--special", "<mask>", "--output", folder.Path, "--json"];
        JsonElement result = CommandRun.Of(["tokenizer", "train", text, lines, .. options]).Json().Single();
        string path = folder.File("tokenizer.json");
        Assert.Equal(path, result.GetProperty("path").GetString());
        Assert.Equal(270, result.GetProperty("vocabulary").GetInt32());
        JsonElement encoded = CommandRun.Of("tokenize", $"{Text}<mask>", "--model", folder.Path, "--json").Json().Single().GetProperty("ids");
        Assert.InRange(encoded.GetArrayLength(), 2, Text.Length - 10);
        Assert.Equal(1, encoded[encoded.GetArrayLength() - 1].GetInt32());
        string back = folder.Write("i.jsonl", $"{{\"ids\": {encoded.GetRawText()}}}");
        JsonElement decoded = CommandRun.Of("tokenize", "--decode", "--model", path, "--prompts", back, "--json").Json().Single();
        Assert.Equal($"{Text}<mask>", decoded.GetProperty("text").GetString());
    }

    [Fact]
    public void Mistakes_are_one_line()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("a.txt", Text), lines = folder.Write("b.jsonl", "{\"text\": \"a\"}\n{\"words\": \"a\"}");
        string Mistake(params string[] args) => CommandRun.Of(["tokenizer", "train", "--output", folder.File("t.json"), .. args]).Mistake();
        Assert.Contains("vocabulary size: expected at least 256", Mistake(text, "--vocabulary-size", "100"), StringComparison.Ordinal);
        Assert.Contains("--vocabulary-size", Mistake(text), StringComparison.Ordinal);
        Assert.Contains("b.jsonl line 2: text: expected a string, found nothing", Mistake(lines, "--vocabulary-size", "300"), StringComparison.Ordinal);
        Assert.Contains("no such file", Mistake(folder.File("c.txt"), "--vocabulary-size", "300"), StringComparison.Ordinal);
        Assert.Contains("\"<s>\" among them, found not there", Mistake(text, "--vocabulary-size", "300", "--bos", "<s>"), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("t.json")));
    }
}
