using System.Text.Json;
using Tidar.Models.Chat;
using Tidar.Tests;

namespace Tidar.Models.Tests.Chat;

/// <summary>Every case of shared/goldens/chat, recorded with jinja2 3.1.6 in Hugging Face's setting.</summary>
public sealed class TemplateGoldenTests
{
    private static readonly DateTime Now = new(2025, 3, 14, 9, 26, 53, DateTimeKind.Unspecified);

    public static TheoryData<string> Models() =>
        [.. SharedData.Folders("goldens", "chat")];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_models_template_renders_every_conversation_as_the_reference_does(string model)
    {
        string folder = SharedData.Path("goldens", "chat", model);
        ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(Path.Combine(folder, "template.jinja")));
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "cases.json")));
        Assert.NotEqual(0, cases.RootElement.GetArrayLength());
        foreach (JsonElement item in cases.RootElement.EnumerateArray())
        {
            string name = $"{model}/{item.GetProperty("name").GetString()}";
            JsonElement tools = item.GetProperty("tools");
            string? Render() => template.RenderChat(
                item.GetProperty("messages"),
                tools.ValueKind == JsonValueKind.Null ? null : tools,
                item.GetProperty("add_generation_prompt").GetBoolean(),
                item.GetProperty("extra").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value),
                Now);
            if (item.TryGetProperty("rendered", out JsonElement rendered))
                Assert.Equal((name, rendered.GetString()), (name, Render()));
            else
                AssertFails(name, item.GetProperty("error"), () => Render());
        }
    }

    [Fact]
    public void Every_feature_renders_or_fails_as_the_reference_does()
    {
        using JsonDocument variables = JsonDocument.Parse(File.ReadAllText(SharedData.Path("goldens", "chat", "features_vars.json")));
        foreach (string line in File.ReadLines(SharedData.Path("goldens", "chat", "features.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement item = document.RootElement;
            string name = item.GetProperty("id").GetString()!;
            string source = item.GetProperty("template").GetString()!;
            string Render() => ChatTemplate.Parse(source).Render(variables.RootElement, Now);
            if (item.TryGetProperty("error", out JsonElement error))
                AssertFails(name, error, () => Render());
            else if (item.TryGetProperty("error_ok", out JsonElement ok) && ok.GetBoolean())
                Assert.Equal((name, ""), (name, RenderOrNothing(Render)));
            else
                Assert.Equal((name, item.GetProperty("expected").GetString()), (name, Render()));
        }
    }

    [Fact]
    public void No_template_crashes_or_hangs_however_deep_or_long_it_is()
    {
        using JsonDocument variables = JsonDocument.Parse(File.ReadAllText(SharedData.Path("goldens", "chat", "features_vars.json")));
        foreach (string line in File.ReadLines(SharedData.Path("goldens", "chat", "nocrash.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string source = document.RootElement.GetProperty("template").GetString()!;
            System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
            RenderOrNothing(() => ChatTemplate.Parse(source).Render(variables.RootElement, Now));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), document.RootElement.GetProperty("id").GetString());
        }
    }

    private static void AssertFails(string name, JsonElement error, Action render)
    {
        TemplateException? failure = null;
        try
        {
            render();
        }
        catch (TemplateException e)
        {
            failure = e;
        }

        Assert.True(failure is not null, $"{name} rendered, but the reference fails: {error}");
        if (error.GetProperty("type").GetString() != "TemplateError")
            return;
        Assert.Equal((name, TemplateErrorKind.Raised), (name, failure.Kind));
        Assert.Equal((name, error.GetProperty("message").GetString()), (name, failure.Message));
    }

    private static string RenderOrNothing(Func<string> render)
    {
        try
        {
            return render();
        }
        catch (TemplateException)
        {
            return "";
        }
    }
}
