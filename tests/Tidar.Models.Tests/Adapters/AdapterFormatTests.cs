using System.Text.Json.Nodes;
using Tidar.Models.Adapters;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Adapters;

public sealed class AdapterFormatTests
{
    private const int Rank = 3;
    private const int DraftLength = 4;

    private static readonly ModelConfig Config = RandomModel.Config(ModelArchitecture.Qwen2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Factors_are_what_was_written_with_a_shared_A_once(bool shared)
    {
        using TemporaryFolder folder = new();
        Dictionary<string, WeightTensor> tensors = RandomAdapter.Tensors(Config, Rank, DraftLength, seed: 1, shared);
        MaskAdapter adapter = MaskAdapter.Read(RandomAdapter.Write(folder, tensors.Values, Rank, DraftLength), Config);
        Assert.Equal(DraftLength, adapter.DraftLength);
        Assert.Equal(tensors[AdapterNames.MaskEmbedding].ReadAll(), adapter.MaskEmbedding);
        Assert.Equal(new TidarConfig(DraftLength, Config.Tidar!.MaskTokenId), adapter.Adapt(Config).Tidar);
        Assert.Equal(shared ? Rank : 3 * Rank, adapter.Find(0, LinearGroup.QueryKeyValue)!.Rank);
        foreach (LinearGroup group in LinearModule.Groups)
        {
            for (int layer = 0; layer < Config.LayerCount; layer++)
                AssertProduct(tensors, adapter.Find(layer, group)!, layer, group, scaling: 1);
        }
    }

    [Fact]
    public void Files_of_other_tools_may_scale_leave_out_modules_and_layers_and_mix_ranks()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, WeightTensor> all = RandomAdapter.Tensors(Config, Rank, DraftLength, seed: 2, shared: false);
        LinearModule[] modules = [.. LinearModule.Of(LinearGroup.QueryKeyValue, Config)];
        Random random = new(3);
        float[] down = Random(random, 5 * Config.HiddenSize), up = Random(random, modules[2].Outputs * 5), embedding = Random(random, Config.HiddenSize);
        WeightTensor[] tensors =
        [
            all[AdapterNames.Down(1, modules[0])],
            Renamed(all[AdapterNames.Up(1, modules[0])], AdapterNames.Up(1, modules[0]).Replace(".weight", ".default.weight", StringComparison.Ordinal)),
            new MemoryTensor(AdapterNames.Down(1, modules[2]), [5, Config.HiddenSize], down),
            new MemoryTensor(AdapterNames.Up(1, modules[2]), [modules[2].Outputs, 5], up),
            new MemoryTensor("mask", [1, Config.HiddenSize], embedding),
        ];
        MaskAdapter adapter = MaskAdapter.Read(
            RandomAdapter.Write(folder, tensors, Rank, DraftLength, config => config["lora_alpha"] = 6, record => record["mask_embedding"] = "mask"), Config);
        Assert.Null(adapter.Find(0, LinearGroup.QueryKeyValue));
        Assert.Null(adapter.Find(1, LinearGroup.Down));
        Assert.Equal(embedding, adapter.MaskEmbedding);
        LowRankFactors factors = adapter.Find(1, LinearGroup.QueryKeyValue)!;
        Assert.Equal(Rank + 5, factors.Rank);
        Dictionary<string, WeightTensor> named = tensors.ToDictionary(t => t.Name.Replace(".default.", ".", StringComparison.Ordinal), StringComparer.Ordinal);
        AssertProduct(named, factors, 1, LinearGroup.QueryKeyValue, scaling: 6);
    }

    [Theory]
    [InlineData(AdapterNames.ConfigFile, "peft_type", "\"IA3\"", "LORA")]
    [InlineData(AdapterNames.ConfigFile, "use_dora", "true", "use_dora")]
    [InlineData(AdapterNames.ConfigFile, "bias", "\"all\"", "bias")]
    [InlineData(AdapterNames.ConfigFile, "alpha_pattern", "{\"q\": 1}", "alpha_pattern")]
    [InlineData(AdapterNames.ConfigFile, "r", "0", "r")]
    [InlineData(AdapterNames.RecordFile, "rows", "\"all\"", "rows")]
    [InlineData(AdapterNames.RecordFile, "draft_length", "0", "draft_length")]
    [InlineData(AdapterNames.RecordFile, "draft_length", "5", "shape [5, 40] or [1, 40]")]
    [InlineData(AdapterNames.RecordFile, "mask_embedding", "\"other\"", "other")]
    public void What_cannot_be_used_is_refused_by_file_and_field(string file, string field, string value, string part)
    {
        using TemporaryFolder folder = new();
        RandomAdapter.Write(folder, RandomAdapter.Tensors(Config, Rank, DraftLength, seed: 4, shared: true).Values, Rank, DraftLength);
        JsonObject json = JsonNode.Parse(File.ReadAllText(folder.File(file)))!.AsObject();
        json[field] = JsonNode.Parse(value);
        File.WriteAllText(folder.File(file), json.ToJsonString());
        Assert.Contains(part, Assert.Throws<InvalidInputException>(() => MaskAdapter.Read(folder.Path, Config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shapes_lone_factors_and_foreign_tensors_are_refused_by_name()
    {
        LinearModule q = LinearModule.Of(LinearGroup.QueryKeyValue, Config)[0];
        string down = AdapterNames.Down(0, q), up = AdapterNames.Up(0, q);
        Refused(tensors => tensors[down] = new MemoryTensor(down, [Rank, 39], new float[Rank * 39]), down);
        Refused(tensors => tensors[up] = new MemoryTensor(up, [q.Outputs, 2], new float[q.Outputs * 2]), up);
        Refused(tensors => tensors.Remove(up), up);
        Refused(tensors => tensors.Remove(down), down);
        Refused(tensors => tensors["base_model.model.lm_head.lora_A.weight"] = new MemoryTensor("base_model.model.lm_head.lora_A.weight", [1, 40], new float[40]), "lm_head");
        using TemporaryFolder empty = new();
        Assert.Contains("no such folder", Assert.Throws<InvalidInputException>(() => MaskAdapter.Read(empty.File("none"), Config)).Message, StringComparison.Ordinal);
        Assert.Contains("adapter_config.json", Assert.Throws<InvalidInputException>(() => MaskAdapter.Read(empty.Path, Config)).Message, StringComparison.Ordinal);

        static void Refused(Action<Dictionary<string, WeightTensor>> change, string part)
        {
            using TemporaryFolder folder = new();
            Dictionary<string, WeightTensor> tensors = RandomAdapter.Tensors(Config, Rank, DraftLength, seed: 5, shared: true);
            change(tensors);
            string path = RandomAdapter.Write(folder, tensors.Values, Rank, DraftLength);
            Assert.Contains(part, Assert.Throws<InvalidInputException>(() => MaskAdapter.Read(path, Config)).Message, StringComparison.Ordinal);
        }
    }

    // B·A of the stacked factors against that of each module by itself.
    private static void AssertProduct(Dictionary<string, WeightTensor> tensors, LowRankFactors factors, int layer, LinearGroup group, double scaling)
    {
        int inputs = LinearModule.Inputs(group, Config), row = 0;
        foreach (LinearModule module in LinearModule.Of(group, Config))
        {
            bool has = tensors.TryGetValue(AdapterNames.Down(layer, module), out WeightTensor? down);
            float[] a = has ? down!.ReadAll() : new float[inputs], b = has ? tensors[AdapterNames.Up(layer, module)].ReadAll() : new float[module.Outputs];
            int rank = a.Length / inputs;
            for (int o = 0; o < module.Outputs; o += 7, row += 7)
            {
                for (int i = 0; i < inputs; i += 5)
                {
                    double expected = Enumerable.Range(0, rank).Sum(r => (double)b[(o * rank) + r] * a[(r * inputs) + i]) * scaling / rank;
                    double actual = Enumerable.Range(0, factors.Rank).Sum(r => (double)factors.Up[(row * factors.Rank) + r] * factors.Down[(r * inputs) + i]);
                    Assert.Equal(scaling == 1 ? expected * rank : expected, actual, 1e-5);
                }
            }

            row += module.Outputs - ((module.Outputs + 6) / 7 * 7);
        }
    }

    private static float[] Random(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    private static MemoryTensor Renamed(WeightTensor tensor, string name) => new(name, tensor.Shape, tensor.ReadAll());
}
