using System.Text.Json;
using Tidar.Models.Tokenization;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Models.Tests.Transformers;

/// <summary>SmolLM2-135M-Instruct against the float32 numbers of Hugging Face transformers (goldens/smollm2).</summary>
public sealed class SmolLm2ParityTests(SmolLm2Fixture fixture) : IClassFixture<SmolLm2Fixture>
{
    // Two float32 engines with different summation orders differ by about this much on logits of size 20.
    private const double LogitError = 2e-3;

    [Fact]
    public void Logits_agree()
    {
        string path = SharedData.Path("goldens", "smollm2", "logits.safetensors");
        Dictionary<string, float[]> expected = GoldenTensors.ReadFloats(path);
        foreach (string name in new[] { "chat00", "raw00", "code" })
        {
            int[] ids = GoldenTensors.ReadInts(path, $"{name}.ids"), top = GoldenTensors.ReadInts(path, $"{name}.top20_ids");
            float[] logits = HuggingFaceParityTests.Logits(fixture.Model, ids, [.. Enumerable.Range(0, ids.Length)]);
            int v = fixture.Model.Config.VocabularySize;
            HuggingFaceParityTests.AssertClose(expected[$"{name}.last_logits"], logits.AsSpan((ids.Length - 1) * v), name, LogitError);
            float[] actual = [.. top.Select((id, i) => logits[(i / 20 * v) + id])];
            HuggingFaceParityTests.AssertClose(expected[$"{name}.top20_logits"], actual, $"{name} top 20", LogitError);
        }
    }

    [Fact]
    public void Greedy_text_agrees_away_from_near_ties()
    {
        int compared = 0;
        foreach (JsonElement line in Lines("greedy.jsonl"))
        {
            int[] prompt = Ints(line, "prompt_ids"), expected = Ints(line, "new_ids"), runnerUp = Ints(line, "runner_up_ids");
            double[] gaps = [.. line.GetProperty("gap").EnumerateArray().Select(e => e.GetDouble())];

            // One causal pass over prompt and expected text gives every greedy choice along it: rows do not depend on how they are batched.
            int[] ids = [.. prompt, .. expected[..^1]];
            float[] logits = HuggingFaceParityTests.Logits(fixture.Model, ids, [.. Enumerable.Range(prompt.Length - 1, expected.Length)]);
            int v = fixture.Model.Config.VocabularySize;
            for (int i = 0; i < expected.Length; i++)
            {
                int chosen = logits.AsSpan(i * v, v).IndexOf(logits.AsSpan(i * v, v).ToArray().Max());
                if (chosen != expected[i])
                    Assert.True(chosen == runnerUp[i] && gaps[i] < LogitError, $"{line.GetProperty("id")} token {i}: {chosen}, expected {expected[i]}, gap {gaps[i]}");
                compared++;
            }
        }

        Assert.Equal(32 * 64, compared);
    }

    [Fact]
    public void Log_probabilities_agree()
    {
        foreach (JsonElement line in Lines("logprobs.jsonl"))
        {
            int[] ids = Ints(line, "ids");
            JsonElement expected = line.GetProperty("logprobs");
            double[] actual = LogProbabilities(fixture.Model, ids);
            for (int i = 1; i < ids.Length; i++)
                Assert.Equal(expected[i].GetDouble(), actual[i - 1], LogitError);
        }
    }

    [Fact]
    public void Perplexity_agrees_window_by_window()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("goldens", "smollm2", "perplexity.json")));
        double[] expected = [.. document.RootElement.GetProperty("float32").GetProperty("window_nll").EnumerateArray().Select(e => e.GetDouble())];
        int[] ids = Tokenizer.Load(SharedData.Path("data", "tokenizers", "smollm2"))
            .Encode(File.ReadAllText(SharedData.Path("data", "text", "wikitext2_valid.txt")), addSpecialTokens: false);
        for (int window = 0; window < expected.Length; window++)
            Assert.Equal(expected[window], -LogProbabilities(fixture.Model, ids.AsSpan(window * 512, 512)).Average(), 1e-4);
    }

    // Natural-log probability of every id given the ones before, from the second on.
    internal static double[] LogProbabilities(Transformer model, ReadOnlySpan<int> ids)
    {
        int v = model.Config.VocabularySize;
        double[] result = new double[ids.Length - 1];
        float[] logits = HuggingFaceParityTests.Logits(model, ids, [.. Enumerable.Range(0, result.Length)]);
        for (int i = 0; i < result.Length; i++)
        {
            ReadOnlySpan<float> row = logits.AsSpan(i * v, v);
            double max = Kernels.Elementwise.Reduction.Max(row), sum = 0;
            foreach (float logit in row)
                sum += Math.Exp(logit - max);
            result[i] = row[ids[i + 1]] - max - Math.Log(sum);
        }

        return result;
    }

    private static IEnumerable<JsonElement> Lines(string file) =>
        File.ReadLines(SharedData.Path("goldens", "smollm2", file)).Select(line => JsonDocument.Parse(line).RootElement);

    private static int[] Ints(JsonElement line, string name) => [.. line.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
