using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class TemplateTests
{
    public static TheoryData<string> Names => [.. SharedData.Folders("goldens", "chat")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_golden_conversation_renders_equal_or_fails_where_it_must(string name)
    {
        string template = SharedData.Path("goldens", "chat", name, "template.jinja"), cases = SharedData.Path("goldens", "chat", name, "cases.json");
        JsonElement[] results = CommandRun.Of("template", "--template", template, "--cases", cases, "--now", "2025-03-14 09:26:53", "--json").Json();
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(cases));
        Assert.Equal(golden.RootElement.GetArrayLength(), results.Length);
        foreach ((JsonElement expected, JsonElement found) in golden.RootElement.EnumerateArray().Zip(results))
        {
            if (expected.TryGetProperty("rendered", out JsonElement text) && text.ValueKind == JsonValueKind.String)
                Assert.Equal(text.GetString(), found.GetProperty("text").GetString());
            else
                Assert.Equal("error", found.EnumerateObject().Single().Name);
        }
    }

    [Fact]
    public void A_template_that_cannot_be_parsed_fails_every_case_and_is_a_mistake_in_its_file()
    {
        using TemporaryFolder folder = new();
        string template = folder.Write("t.jinja", "{% if %}"), cases = folder.Write("c.json", "[{\"messages\": []}, {\"messages\": []}]");
        CommandRun run = CommandRun.Of("template", "--template", template, "--cases", cases, "--json");
        Assert.Equal(2, run.Code);
        Assert.Equal(2, run.Output.Split("{\"error\":").Length - 1);
        Assert.StartsWith($"error: {template}: chat_template", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("c.json: expected a JSON list of cases, found an object", "{}")]
    [InlineData("case 0: expected a JSON object, found 1", "[1]")]
    [InlineData("case 1: messages: expected an array", "[{}, {\"messages\": 1}]")]
    [InlineData("case 0: extra: expected an object", "[{\"extra\": 1}]")]
    [InlineData("expected JSON, found an empty file", "")]
    public void Cases_that_are_none_are_one_line(string part, string text)
    {
        using TemporaryFolder folder = new();
        string template = folder.Write("t.jinja", "x"), cases = folder.Write("c.json", text);
        Assert.Contains(part, CommandRun.Of("template", "--template", template, "--cases", cases).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_is_none_is_one_line() => Assert.Contains(
        "--now: expected a time such as \"2025-03-14 09:26:53\", found tomorrow",
        CommandRun.Of("template", "--template", "t", "--cases", "c", "--now", "tomorrow").Mistake(),
        StringComparison.Ordinal);
}
