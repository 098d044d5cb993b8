using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Tidar.Evaluation.Comparison;
using Tidar.Evaluation.Comparison.Pages;
using Tidar.Models;
using Tidar.Tests;

namespace Tidar.Evaluation.Tests.Comparison;

/// <summary>The files that a comparison is written to.</summary>
public sealed class ComparisonFilesTests : IDisposable
{
    private const string Hostile = "<script>alert('&\"')</script>\e[31m\u202Emodel\uD800|";

    private readonly ComparisonScene _scene = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scene.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_fields_of_the_JSON_are()
    {
        JsonObject json = ComparisonJson.Of(_scene.Report(ComparisonScene.Request with { Repetitions = 1 }, notes: ["a note"]));
        Assert.Equal(
            "format version date command program processor tier threads model adapter shape weights parameters draft_length prompts max_tokens temperature seed repetitions left_out notes settings costs passes",
            Fields(json));
        JsonNode setting = json["settings"]![0]!;
        Assert.Equal("batch context texts prompt_tokens strategies", Fields(setting));
        JsonNode way = setting["strategies"]![1]!;
        Assert.Equal(
            "strategy description own_text equal difference tokens_per_second speedup tokens_per_pass tokens_per_pass_behind_prompt first_token_seconds prefill_seconds passes drafted accepted "
            + "acceptance pass_seconds relative_cost model_share efficiency rounds",
            Fields(way));
        Assert.Equal("median least most", Fields(way["speedup"]!));
        Assert.Equal(
            "texts tokens passes decoded_tokens engine_passes texts_per_pass prefill_seconds first_token_seconds decode_seconds model_seconds drafted accepted", Fields(way["rounds"]![0]!));
        Assert.Equal("context int8_tops f32_tflops bandwidth_gbs rows", Fields(json["costs"]!));
        Assert.Equal("rows seconds best_seconds memory_seconds arithmetic_seconds", Fields(json["costs"]!["rows"]![0]!));
        Assert.Equal("strategy text tokens passes", Fields(json["passes"]!["strategies"]![0]!));
        Assert.Equal("pass said accepted rejected correction drafted", Fields(json["passes"]!["strategies"]![0]!["passes"]![0]!));
        Assert.True(way["equal"]!.GetValue<bool>());
        Assert.Equal(1, json["passes"]!["prompt"]!.GetValue<int>());
    }

    [Fact]
    public void The_page_is_well_formed_needs_nothing_and_has_axes_with_units_whatever_texts_hold()
    {
        ComparisonReport report = _scene.Report(ComparisonScene.Request with { Batches = [1, 2], Contexts = [8, 16], Repetitions = 1 }, Hostile, [Hostile]);
        report = report with { Shown = [.. report.Shown.Select(static s => s with { Text = Hostile, Prompt = [Hostile, "\n", " "] })] };
        string page = ComparisonPage.Of(report);
        XDocument document = Parse(page);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\e', page);
        Assert.DoesNotContain('\u202E', page);
        foreach (string outside in new[] { "src=", "href=", "@import", "url(http", "//cdn" })
            Assert.DoesNotContain(outside, page, StringComparison.OrdinalIgnoreCase);

        XNamespace svg = "http://www.w3.org/2000/svg";
        string[] texts = [.. document.Descendants(svg + "text").Select(static t => t.Value)];
        string[] labels =
        [
            "tokens/s (median; line: least to most; dashed: AR)", "tokens a pass (T/NFE)", "tokens/s", "slot of the draft (0 is decided, not guessed)", "% right with all before it",
            "token rows of a pass", "ms a pass", "texts at a time", "tokens of the prompt", "tokens/s, all texts together", "÷ AR",
        ];
        Assert.Empty(labels.Except(texts));
        string[] ids = [.. document.Descendants().Attributes("id").Select(static a => a.Value)];
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        foreach (DecodingWay way in report.Request.Selection.Ways)
            Assert.Contains(way.Name, texts);
        foreach (string fact in new[] { "a processor, tier vector, 1 threads", "1970-01-01 00:00 UTC, tidar 0.0.0", "tidar compare", "f32" })
            Assert.Contains(fact, page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_as_many_cells_in_every_row_in_Markdown_too()
    {
        string[] lines = ComparisonMarkdown.Of(_scene.Report(ComparisonScene.Request with { Repetitions = 1 }, Hostile)).Split('\n');
        Assert.Equal(ComparisonMarkdown.FirstLine, lines[0]);
        int first = Array.FindIndex(lines, static l => l.StartsWith("| way | text |", StringComparison.Ordinal));
        int bars = lines[first].Count(static c => c == '|');
        for (int i = 0; i < ComparisonScene.Request.Selection.Ways.Count + 2; i++)
            Assert.Equal(bars, lines[first + i].Count(static c => c == '|'));
        Assert.Contains(lines, static l => l.Contains("&lt;script>", StringComparison.Ordinal) && l.EndsWith("\\| |", StringComparison.Ordinal));
    }

    [Fact]
    public void An_earlier_comparison_is_overwritten_and_nothing_else()
    {
        ComparisonReport report = _scene.Report(ComparisonScene.Request with { Repetitions = 1 });
        string folder = _folder.File("out");
        ComparisonFolder.Write(folder, report);
        ComparisonFolder.Write(folder, report);
        Assert.Equal(["comparison.html", "comparison.json", "comparison.md"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string name in new[] { "comparison.html", "comparison.json", "comparison.md" })
        {
            string path = Path.Combine(folder, name), before = File.ReadAllText(path);
            File.WriteAllText(path, "mine");
            Assert.Contains($"{name}: expected nothing, or an earlier comparison", Assert.Throws<InvalidInputException>(() => ComparisonFolder.Write(folder, report)).Message, StringComparison.Ordinal);
            Assert.Equal("mine", File.ReadAllText(path));
            File.WriteAllText(path, before);
        }

        Assert.Contains("found a file", Assert.Throws<InvalidInputException>(() => ComparisonFolder.Check(_folder.Write("file", "x"))).Message, StringComparison.Ordinal);
        Assert.Contains("an empty name", Assert.Throws<InvalidInputException>(() => ComparisonFolder.Check("")).Message, StringComparison.Ordinal);
    }

    private static XDocument Parse(string page)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private static string Fields(JsonNode node) => string.Join(' ', node.AsObject().Select(static f => f.Key));
}
