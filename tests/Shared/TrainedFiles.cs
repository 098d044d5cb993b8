using System.Globalization;
using System.Text.Json.Nodes;

namespace Tidar.Tests;

/// <summary>What training runs leave in their output folders, compared bit for bit.</summary>
internal static class TrainedFiles
{
    /// <summary>Weights, moments, state and losses of two runs of so many steps must be the same.</summary>
    public static void AssertSame(string expected, string actual, int steps)
    {
        string checkpoint = string.Create(CultureInfo.InvariantCulture, $"checkpoints/step-{steps:D8}");
        foreach (string file in new[] { "model/model.safetensors", $"{checkpoint}/optimizer.safetensors", $"{checkpoint}/training.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(expected, file)), File.ReadAllBytes(Path.Combine(actual, file)));
        Assert.Equal(Losses(expected), Losses(actual));
    }

    // The metrics without what depends on the clock.
    private static string[] Losses(string output) => [.. File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(static line =>
    {
        JsonObject metrics = JsonNode.Parse(line)!.AsObject();
        metrics.Remove("tokens_per_second");
        return metrics.ToJsonString();
    })];
}
