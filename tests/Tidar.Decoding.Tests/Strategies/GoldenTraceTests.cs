using System.Text.Json;
using Tidar.Decoding.Engine;
using Tidar.Decoding.Sequences;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Decoding.Tests.Strategies;

/// <summary>Every trace of goldens/tidar/decode, step by step: drafts, accepted counts, corrected tokens, next drafts, passes.</summary>
public sealed class GoldenTraceTests
{
    // The reference agrees with a float32 engine where no decision is closer than this.
    private const double NearTie = 1e-4;
    private const int MaxTokens = 96;

    public static TheoryData<string> Strategies => ["autoregressive", "fused", "two-pass", "sparse"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Every_trace_is_reproduced_step_by_step(string strategy)
    {
        string folder = SharedData.Path("goldens", "tidar", "decode");
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(folder, "model"));
        using Transformer model = Transformer.Load(checkpoint, team);
        TextGenerator generator = new(model);
        int compared = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "traces.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement trace = document.RootElement;
            if (trace.GetProperty("strategy").GetString() != strategy || trace.GetProperty("min_logit_gap").GetDouble() < NearTie)
                continue;
            GenerationResult result = generator.Generate(Ints(trace.GetProperty("prompt")), Options(trace));
            AssertTrace(trace, result);
            compared++;
        }

        Assert.True(compared >= 12, $"only {compared} traces were compared");
    }

    internal static GenerationOptions Options(JsonElement trace)
    {
        string strategy = trace.GetProperty("strategy").GetString()!;
        if (strategy == "autoregressive")
            return new GenerationOptions { Strategy = StrategyKind.Autoregressive, MaxTokens = MaxTokens, Trace = true };
        return new GenerationOptions
        {
            Strategy = StrategyKind.Tidar,
            Mode = DecodingNames.ParseMode(strategy),
            Outcomes = trace.TryGetProperty("outcomes", out JsonElement outcomes) && outcomes.ValueKind == JsonValueKind.Array ? Ints(outcomes) : null,
            DraftLength = trace.GetProperty("draft_length").GetInt32(),
            Beta = trace.TryGetProperty("beta", out JsonElement beta) ? beta.GetDouble() : 1,
            MaxTokens = MaxTokens,
            Trace = true,
        };
    }

    internal static void AssertTrace(JsonElement trace, GenerationResult result)
    {
        string name = trace.GetRawText()[..80];
        Assert.Equal(Ints(trace.GetProperty("tokens")), result.Ids);
        if (!trace.TryGetProperty("steps", out JsonElement steps))
        {
            Assert.Equal(result.Ids.Count, result.Passes);
            Assert.Null(result.Steps);
            return;
        }

        Assert.Equal(trace.GetProperty("passes").GetInt32(), result.Passes);
        Assert.Equal(steps.GetArrayLength(), result.Steps!.Count);
        foreach ((JsonElement expected, DecodingStep actual) in steps.EnumerateArray().Zip(result.Steps))
        {
            Assert.Equal(expected.GetProperty("kind").GetString(), DecodingNames.Of(actual.Kind));
            Assert.Equal(Field(expected, "draft"), actual.Draft);
            Assert.Equal(Number(expected, "accepted"), actual.Accepted);
            Assert.Equal(Number(expected, "corrected"), actual.Corrected);
            string? drafted = expected.TryGetProperty("drafted", out JsonElement source) ? source.GetString() : null;
            Assert.Equal(drafted, actual.Drafted is { } actualSource ? DecodingNames.Of(actualSource) : null);
            Assert.True(Field(expected, "next_draft").AsSpan().SequenceEqual([.. actual.NextDraft ?? []]), name);
        }
    }

    internal static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    private static int[]? Field(JsonElement step, string name) =>
        step.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? Ints(value) : null;

    private static int? Number(JsonElement step, string name) => step.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;
}
