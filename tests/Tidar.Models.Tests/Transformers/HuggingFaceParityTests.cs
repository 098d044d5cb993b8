using System.Text.Json;
using Tidar.Kernels.Threading;
using Tidar.Models.Transformers;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Transformers;

/// <summary>Hidden states and logits against the numbers of Hugging Face transformers (goldens/models/hf).</summary>
public sealed class HuggingFaceParityTests
{
    private const double Tolerance = 2e-4;

    public static TheoryData<string> Models => [.. SharedData.Folders("goldens", "models", "hf")];

    [Theory]
    [MemberData(nameof(Models))]
    public void Hidden_states_and_logits_agree(string name)
    {
        string folder = SharedData.Path("goldens", "models", "hf", name);
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        using Transformer model = Transformer.Load(checkpoint, team);
        Dictionary<string, float[]> expected = Read(Path.Combine(folder, "expected.safetensors"), out int[] ids);
        int rows = 24, v = model.Config.VocabularySize, h = model.Config.HiddenSize;
        for (int sequence = 0; sequence < 2; sequence++)
        {
            Dictionary<string, float[]> actual = new(StringComparer.Ordinal);
            model.HiddenObserver = (layer, hidden) => actual[layer == 0 ? "hidden.embed" : $"hidden.layer.{layer - 1}"] = hidden.ToArray();
            actual["logits"] = Logits(model, ids.AsSpan(sequence * rows, rows), [.. Enumerable.Range(0, rows)]);
            Assert.Equal(model.Config.LayerCount + 2, actual.Count);
            foreach ((string key, float[] values) in actual)
                AssertClose(expected[key].AsSpan(sequence * values.Length, values.Length), values, $"{name} {key}");
        }

        Assert.Equal(2 * rows * v, expected["logits"].Length);
        Assert.Equal(2 * rows * h, expected["hidden.embed"].Length);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_row_at_position_600_agrees_where_a_golden_has_one(string name)
    {
        string folder = SharedData.Path("goldens", "models", "hf", name);
        string file = Path.Combine(folder, "long.safetensors");
        if (!File.Exists(file))
            return;
        using WorkerTeam team = new(2);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        using Transformer model = Transformer.Load(checkpoint, team);
        Dictionary<string, float[]> expected = Read(file, out int[] ids);
        AssertClose(expected["logits_last"], Logits(model, ids, [ids.Length - 1]), name);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Greedy_continuations_agree(string name)
    {
        string folder = SharedData.Path("goldens", "models", "hf", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        JsonElement greedy = document.RootElement.GetProperty("greedy");
        using WorkerTeam team = new(1);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        using Transformer model = Transformer.Load(checkpoint, team);
        int[] prompt = Ints(greedy.GetProperty("prompt")), expected = Ints(greedy.GetProperty("new_tokens"));
        List<int> ids = [.. prompt];
        for (int i = 0; i < expected.Length; i++)
        {
            float[] logits = Logits(model, ids.ToArray(), [ids.Count - 1]);
            ids.Add(Array.IndexOf(logits, logits.Max()));
        }

        Assert.Equal(expected, ids[prompt.Length..]);
    }

    internal static float[] Logits(Transformer model, ReadOnlySpan<int> ids, int[] rows)
    {
        using KeyValueCache cache = model.CreateCache(ids.Length);
        RowBatch batch = new();
        for (int i = 0; i < ids.Length; i++)
            batch.AddClean(cache, ids[i], i);
        model.Forward(batch);
        float[] logits = new float[rows.Length * model.Config.VocabularySize];
        model.Logits(rows, logits);
        return logits;
    }

    internal static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what, double tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
            worst = Math.Max(worst, double.IsNaN(actual[i]) ? double.PositiveInfinity : Math.Abs(expected[i] - actual[i]));
        Assert.True(worst <= tolerance, $"{what}: largest difference {worst}");
    }

    internal static Dictionary<string, float[]> Read(string path, out int[] ids)
    {
        ids = GoldenTensors.ReadInts(path, "input_ids");
        return GoldenTensors.ReadFloats(path);
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];
}
