using System.Text.Json;
using Tidar.Models.Chat;
using Tidar.Tests;

namespace Tidar.Models.Tests.Chat;

/// <summary>Some eight hundred templates, written for this project and by a generator, with what jinja2 3.1.6 made of them.</summary>
public sealed class TemplateReferenceTests
{
    private static readonly DateTime Now = new(2025, 3, 14, 9, 26, 53, DateTimeKind.Unspecified);

    [Fact]
    public void Every_recorded_template_renders_or_fails_as_jinja2_did()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "tests", "Tidar.Models.Tests", "Chat", "Reference");
        using JsonDocument variables = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "variables.json")));
        List<string> wrong = [];
        foreach (string line in File.ReadLines(Path.Combine(folder, "cases.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string source = document.RootElement.GetProperty("template").GetString()!;
            string? expected = document.RootElement.TryGetProperty("expected", out JsonElement text) ? text.GetString() : null;
            string? rendered;
            try
            {
                rendered = ChatTemplate.Parse(source).Render(variables.RootElement, Now);
            }
            catch (TemplateException)
            {
                rendered = null;
            }

            if (rendered != expected)
                wrong.Add($"{source}\n  expected {expected ?? "an error"}\n  rendered {rendered ?? "an error"}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
