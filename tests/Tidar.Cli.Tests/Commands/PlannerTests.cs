using System.Text.Json;
using Tidar.Tests;

namespace Tidar.Cli.Tests.Commands;

public sealed class PlannerTests
{
    private const string Problem = "dora has 13 books and loses 8. how many books has dora?\n";

    private static string Model => SharedData.Path("goldens", "tidar", "decode", "model");

    [Fact]
    public void A_profile_is_measured_written_and_used_and_another_machine_s_is_ignored_with_a_note()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("p.json");
        JsonElement profile = CommandRun.Of("profile", "--model", Model, "--threads", "1", "--out", file, "--json").Json().Single();
        Assert.Equal(file, profile.GetProperty("path").GetString());
        Assert.Equal(8, profile.GetProperty("draft_length").GetInt32());
        Assert.True(JsonElement.DeepEquals(profile.GetProperty("contexts"), JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("contexts")));

        string[] generate = ["generate", Problem, "--model", Model, "--threads", "1", "--json", "--compare", "--trace", "--profile", file];
        JsonElement result = CommandRun.Of(generate).Json().Single();
        Assert.True(result.GetProperty("equal").GetBoolean());
        Assert.Equal("auto", result.GetProperty("mode").GetString());
        Assert.Equal(
            result.GetProperty("passes").GetInt32(),
            new[] { "alone", "drafting", "two_pass", "sparse", "fused" }.Sum(name => result.GetProperty("planned").GetProperty(name).GetInt32()));

        string other = folder.Write("other.json", File.ReadAllText(file).Replace("\"threads\": 1", "\"threads\": 77", StringComparison.Ordinal));
        CommandRun ignored = CommandRun.Of([.. generate[..^1], other]);
        Assert.True(ignored.Json(notes: true).Single().GetProperty("equal").GetBoolean());
        Assert.Contains("ignored, it was measured with 77 threads", ignored.Error, StringComparison.Ordinal);
        Assert.Contains("expected a cost profile", CommandRun.Of([.. generate[..^1], folder.Write("x.json", "{}")]).Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_s_trace_is_an_acceptance_to_simulate_with()
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of("generate", Problem, "--model", Model, "--mode", "fused", "--json", "--trace");
        JsonElement result = run.Json().Single();
        JsonElement[] rows = CommandRun.Of("simulate", "--acceptance", folder.Write("run.jsonl", run.Output), "--draft-length", "8", "--batch", "1,4", "--json").Json();
        Assert.Equal(["ar", "fused", "two-pass", "sparse", "auto", "ar", "fused", "two-pass", "sparse", "auto"], rows.Select(r => r.GetProperty("mode").GetString()));
        JsonElement acceptance = result.GetProperty("acceptance");
        double mean = acceptance.GetProperty("accepted").EnumerateArray().Zip(acceptance.GetProperty("drafted").EnumerateArray()).Sum(p => p.First.GetDouble() / p.Second.GetDouble());
        Assert.Equal(mean, rows[1].GetProperty("tokens_per_pass").GetDouble(), 6);
    }

    [Fact]
    public void The_paper_s_figures_are_there_without_any_file()
    {
        CommandRun run = CommandRun.Of("simulate");
        Assert.Contains("5.69", run.Output, StringComparison.Ordinal);
        Assert.Contains("7.35", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--acceptance: expected paper, a file, or numbers", "--acceptance", "often")]
    [InlineData("slot 2: expected a number from 0 to 1, found 2", "--acceptance", "0.5,2")]
    [InlineData("--draft-length: expected 4, 8, 16", "--draft-length", "5")]
    [InlineData("--draft-length: expected at most 3", "--acceptance", "0.5,0.5", "--draft-length", "4")]
    [InlineData("expected a cost profile", "--costs", "no-such-file")]
    public void A_mistake_is_one_line(string part, params string[] args) =>
        Assert.Contains(part, CommandRun.Of(["simulate", .. args]).Mistake(), StringComparison.Ordinal);
}
