using System.Text;
using Tidar.Kernels.Memory;
using Tidar.Models.Configuration;
using Tidar.Models.Files;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

public sealed class WriterTests
{
    public static TheoryData<string> GoldenFolders => [.. SharedData.Folders("goldens", "models", "hf")];

    [Theory]
    [MemberData(nameof(GoldenFolders))]
    public void A_saved_model_reads_back_equal(string name)
    {
        using Checkpoint original = Checkpoint.Open(SharedData.Path("goldens", "models", "hf", name));
        using TemporaryFolder folder = new();
        StoredType type = Enum.Parse<StoredType>(original.Tensors[0].DataType);
        ModelConfig config = original.Config with { Tidar = new TidarConfig(8, 5) };
        SafetensorsWriter.Write(folder.File("model.safetensors"), original.Tensors, type);
        ModelConfigWriter.Write(folder.File("config.json"), config, type);
        using Checkpoint copy = Checkpoint.Open(folder.Path);
        Assert.Equivalent(config, copy.Config, strict: true);
        foreach (WeightTensor tensor in original.Tensors)
        {
            WeightTensor again = copy.Get(tensor.Name, [.. tensor.Shape]);
            Assert.Equal(tensor.DataType, again.DataType);
            Assert.Equal(tensor.ReadAll(), again.ReadAll());
        }
    }

    [Fact]
    public void Every_scaling_survives_the_round_trip()
    {
        using TemporaryFolder folder = new();
        ModelConfig basic = TestConfigs.Tiny;
        foreach (RopeConfig rope in new RopeConfig[]
        {
            new() { Theta = 123_456.789, Scaling = RopeScaling.Linear, Factor = 2.5 },
            new() { Scaling = RopeScaling.Yarn, Factor = 1e20, OriginalMaxPositions = 7, BetaFast = 30, BetaSlow = 0.5, AttentionFactor = 1.25, Truncate = false },
            new() { Scaling = RopeScaling.Yarn, Factor = 4, OriginalMaxPositions = 7, MScale = 0.7, MScaleAllDimensions = 1 },
            new() { Scaling = RopeScaling.Llama3, Factor = 8, OriginalMaxPositions = 7, LowFrequencyFactor = 1.5, HighFrequencyFactor = 3 },
        })
        {
            ModelConfig config = basic with { Rope = rope, EosTokenIds = [], BosTokenId = null };
            ModelConfigWriter.Write(folder.File("config.json"), config, StoredType.BF16);
            Assert.Equivalent(config, ModelConfigReader.Read(folder.File("config.json")), strict: true);
        }
    }

    [Fact]
    public void What_a_config_file_cannot_say_is_refused()
    {
        using TemporaryFolder folder = new();
        ModelConfig config = TestConfigs.Tiny with { Rope = new RopeConfig { FrequencyDivisors = [1, 1] } };
        Assert.Throws<InvalidInputException>(() => ModelConfigWriter.Write(folder.File("config.json"), config, StoredType.F32));
        config = TestConfigs.Tiny with { QueryKeyValueBias = true };
        Assert.Throws<InvalidInputException>(() => ModelConfigWriter.Write(folder.File("config.json"), config, StoredType.F32));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Equal_tensors_give_equal_bytes_whatever_their_order_and_the_data_is_aligned()
    {
        using TemporaryFolder folder = new();
        using AlignedBuffer<float> native = new(6);
        native.Span.Fill(1.5f);
        WeightTensor a = new MemoryTensor("a", [2, 3], native);
        WeightTensor b = new MemoryTensor("b\u00e9\"", [3], new float[] { 1, float.NegativeInfinity, 3 });
        WeightTensor empty = new MemoryTensor("empty", [0, 4], Array.Empty<float>());
        SafetensorsWriter.Write(folder.File("1"), [a, b, empty], StoredType.F16);
        SafetensorsWriter.Write(folder.File("2"), [empty, b, a], StoredType.F16);
        byte[] bytes = File.ReadAllBytes(folder.File("1"));
        Assert.Equal(bytes, File.ReadAllBytes(folder.File("2")));
        Assert.Equal(0ul, BitConverter.ToUInt64(bytes) % 8);
        using SafetensorsFile read = SafetensorsFile.Open(folder.File("1"));
        Assert.Equal("pt", read.Metadata["format"]);
        Assert.Equal([1, float.NegativeInfinity, 3], read.Get("b\u00e9\"").ReadAll());
        Assert.Empty(read.Get("empty").ReadAll());
    }

    [Fact]
    public void Bfloat16_rounds_to_nearest_even()
    {
        using TemporaryFolder folder = new();
        float[] values = [1f, 1f + (1f / 256), 1f + (3f / 256), -1.00001f, float.NaN, float.Epsilon];
        SafetensorsWriter.Write(folder.File("x"), [new MemoryTensor("x", [6], values)], StoredType.BF16);
        using SafetensorsFile read = SafetensorsFile.Open(folder.File("x"));
        Assert.Equal([1f, 1f, 1f + (1f / 64), -1f, float.NaN, 0f], read.Get("x").ReadAll());
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.safetensors", "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes("half"));
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
