using System.Text.Json.Nodes;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;

namespace Tidar.Tests;

/// <summary>Adapter folders with random weights, as PEFT would write them.</summary>
internal static class RandomAdapter
{
    /// <summary>Random tensors for all modules of all layers: a factor A of its own for every module, or one that a group shares.</summary>
    public static Dictionary<string, WeightTensor> Tensors(ModelConfig config, int rank, int draftLength, int seed, bool shared, float width = 0.5f)
    {
        Random random = new(seed);
        Dictionary<string, WeightTensor> tensors = new(StringComparer.Ordinal);
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (LinearGroup group in LinearModule.Groups)
            {
                float[]? down = null;
                foreach (LinearModule module in LinearModule.Of(group, config))
                {
                    int inputs = LinearModule.Inputs(group, config);
                    down = shared && down is not null ? down : Values(random, rank * inputs, width);
                    Add(new MemoryTensor(AdapterNames.Down(layer, module), [rank, inputs], down));
                    Add(new MemoryTensor(AdapterNames.Up(layer, module), [module.Outputs, rank], Values(random, module.Outputs * rank, width)));
                }
            }
        }

        Add(new MemoryTensor(AdapterNames.MaskEmbedding, [draftLength, config.HiddenSize], Values(random, draftLength * config.HiddenSize, 2)));
        return tensors;

        void Add(WeightTensor tensor) => tensors.Add(tensor.Name, tensor);
    }

    /// <summary>Writes tensors as an adapter folder; <paramref name="config"/> and <paramref name="record"/> may change the JSON files.</summary>
    public static string Write(
        TemporaryFolder folder, IEnumerable<WeightTensor> tensors, int rank, int draftLength, Action<JsonObject>? config = null, Action<JsonObject>? record = null)
    {
        AdapterWriter.Write(folder.Path, "random", rank, draftLength, ["q_proj"], null, tensors, StoredType.F32);
        Change(folder.File(AdapterNames.ConfigFile), config);
        Change(folder.File(AdapterNames.RecordFile), record);
        return folder.Path;
    }

    /// <summary>An adapter of random weights for a model.</summary>
    public static MaskAdapter Create(ModelConfig config, int rank, int draftLength, int seed, float width = 0.5f)
    {
        using TemporaryFolder folder = new();
        return MaskAdapter.Read(Write(folder, Tensors(config, rank, draftLength, seed, shared: true, width).Values, rank, draftLength), config);
    }

    private static void Change(string path, Action<JsonObject>? change)
    {
        if (change is null)
            return;
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static float[] Values(Random random, int count, float width) => [.. Enumerable.Range(0, count).Select(_ => width * (random.NextSingle() - 0.5f))];
}
