using System.Text.Json;
using System.Text.Json.Nodes;
using Tidar.Models.Tokenization;

namespace Tidar.Models.Tests.Tokenization;

/// <summary>Parts that no published tokenizer among the goldens has, in random combinations, against recorded behaviour of the reference library.</summary>
public sealed class PipelineTests
{
    [Fact]
    public void Random_pipelines_behave_as_in_the_reference()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Tokenization", "pipelines.jsonl"));
        JsonObject models = JsonNode.Parse(lines[0])!["models"]!.AsObject();
        Assert.True(lines.Length > 100);
        for (int i = 1; i < lines.Length; i++)
        {
            JsonObject pipeline = JsonNode.Parse(lines[i])!.AsObject();
            using JsonDocument cases = JsonDocument.Parse(pipeline["cases"]!.ToJsonString());
            pipeline["model"] = models[pipeline["model"]!.GetValue<string>()]!.DeepClone();
            Tokenizer tokenizer = Tokenizer.FromJson(JsonSerializer.SerializeToUtf8Bytes(pipeline), $"line {i + 1}");
            foreach (JsonElement item in cases.RootElement.EnumerateArray())
                Check(tokenizer, item, $"line {i + 1}: {item.GetProperty("text").GetRawText()}");
        }
    }

    private static void Check(Tokenizer tokenizer, JsonElement item, string where)
    {
        int[] ids = item.Ids("ids");
        Assert.True(ids.AsSpan().SequenceEqual(tokenizer.Encode(item.Text("text"))), where);
        Assert.True(item.Ids("plain").AsSpan().SequenceEqual(tokenizer.Encode(item.Text("text"), addSpecialTokens: false)), where);
        if (!item.TryGetProperty("decoded", out JsonElement decoded))
            return;
        Assert.Equal(decoded.GetString(), tokenizer.Decode(ids));
        Assert.Equal(item.Text("skipped"), tokenizer.Decode(ids, skipSpecialTokens: true));
        StreamingDetokenizer stream = tokenizer.CreateDetokenizer();
        string[] pieces = [.. ids.Select(stream.Append), stream.Flush()];
        if (!decoded.GetString()!.Contains('\uFFFD', StringComparison.Ordinal))
            Assert.Equal(decoded.GetString(), string.Concat(pieces));
    }
}
