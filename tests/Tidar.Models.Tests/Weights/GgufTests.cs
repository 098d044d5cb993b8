using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Gguf;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

public sealed class GgufTests
{
    public static TheoryData<string> GoldenFiles => [.. Files()];

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void Dequantized_values_are_the_reference_bit_for_bit(string name)
    {
        using GgufFile file = GgufFile.Open(Golden(name + ".gguf"));
        using JsonDocument expected = Expected(name);
        JsonElement[] tensors = [.. expected.RootElement.GetProperty("tensors").EnumerateArray()];
        Assert.Equal(tensors.Length, file.Tensors.Count);
        foreach ((WeightTensor tensor, JsonElement wanted) in file.Tensors.Zip(tensors))
        {
            Assert.Equal(wanted.GetProperty("name").GetString(), tensor.Name);
            Assert.Equal(wanted.GetProperty("type").GetString(), tensor.DataType);
            Assert.Equal(wanted.GetProperty("shape_rows_cols").EnumerateArray().Select(static d => d.GetInt64()), tensor.Shape);
            string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(tensor.ReadAll().AsSpan())));
            Assert.True(wanted.GetProperty("sha256_of_float32_le").GetString() == hash, $"{tensor.Name} ({tensor.DataType}) differs");
        }
    }

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void Single_rows_are_the_rows_of_the_whole(string name)
    {
        using GgufFile file = GgufFile.Open(Golden(name + ".gguf"));
        using SafetensorsFile expected = SafetensorsFile.Open(Golden(name + ".expected.safetensors"));
        foreach (WeightTensor tensor in file.Tensors)
        {
            if (!expected.TryGet("rows." + tensor.Name, out WeightTensor? rows))
                continue;
            float[] wanted = rows.ReadAll();
            float[] row = new float[tensor.Columns];
            long[] which = [0, 1, tensor.Rows - 1];
            for (int i = 0; i < which.Length; i++)
            {
                tensor.ReadRows(which[i], 1, row);
                Assert.Equal(wanted[(i * row.Length)..((i + 1) * row.Length)], row);
            }
        }
    }

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void The_configuration_is_the_one_the_file_was_made_from(string name)
    {
        using JsonDocument expected = Expected(name);
        using TemporaryFolder folder = new();
        ModelConfig wanted = ModelConfigReader.Read(folder.Write("config.json", expected.RootElement.GetProperty("config").GetRawText()));
        using Checkpoint checkpoint = Checkpoint.Open(Golden(name + ".gguf"));
        ModelConfig found = checkpoint.Config;
        if (name.Contains("rope_freqs", StringComparison.Ordinal))
        {
            // The file says by a tensor what config.json says by a formula.
            Assert.Equal(found.HeadDimension / 2, found.Rope.FrequencyDivisors!.Count);
            found = found with { Rope = wanted.Rope };
        }

        Assert.Equivalent(wanted, found, strict: true);
    }

    [Fact]
    public void Permuted_q_and_k_rows_are_put_back()
    {
        using GgufFile stored = GgufFile.Open(Golden("llama-F32.gguf"));
        using Checkpoint checkpoint = Checkpoint.Open(Golden("llama-F32.gguf"));
        int half = checkpoint.Config.HeadDimension / 2;
        foreach ((string ours, string theirs, int heads) in new[] { ("q", "attn_q", 3), ("k", "attn_k", 1) })
        {
            WeightTensor tensor = checkpoint.Get($"model.layers.1.self_attn.{ours}_proj.weight", heads * 32, 96);
            float[] file = stored.Tensors.Single(t => t.Name == $"blk.1.{theirs}.weight").ReadAll();
            float[] read = tensor.ReadAll();
            for (int row = 0; row < heads * 32; row++)
            {
                (int head, int j, int i) = (row / 32, row % 32 / half, row % half);
                int inFile = (head * 32) + (2 * i) + j;
                Assert.Equal(file[(inFile * 96)..((inFile + 1) * 96)], read[(row * 96)..((row + 1) * 96)]);
            }
        }
    }

    [Fact]
    public void The_published_model_opens_and_has_its_number_of_parameters()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF"));
        Assert.Equal(134_515_008, checkpoint.ParameterCount);
        Assert.True(checkpoint.Config is { TiedEmbeddings: true, HeadDimension: 64, Rope.Theta: 100_000, BosTokenId: 1 });
        Assert.Equal([0, 2], checkpoint.Config.EosTokenIds.Order());
        Assert.Equal(49_152, checkpoint.LoadTokenizer().VocabularySize);
        Assert.Contains("im_start", checkpoint.ChatTemplate, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_every_weight_holds_no_copy_of_the_file()
    {
        string folder = SharedData.Path("models", "SmolLM2-135M-Instruct-GGUF");
        long before = GC.GetAllocatedBytesForCurrentThread();
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        float[] row = new float[1536];
        foreach (WeightTensor tensor in checkpoint.Tensors)
        {
            for (long r = 0; r < tensor.Rows; r++)
                tensor.ReadRows(r, 1, row);
        }

        // The vocabulary is decoded once, in search of end markers; 98 MB of weights leave nothing behind.
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < 8 << 20, $"{taken} bytes");
    }

    private static IEnumerable<string> Files() =>
        SharedData.Files(".gguf", "goldens", "models", "gguf").Select(static f => Path.GetFileNameWithoutExtension(f));

    private static string Golden(string name) => SharedData.Path("goldens", "models", "gguf", name);

    private static JsonDocument Expected(string name) => JsonDocument.Parse(File.ReadAllBytes(Golden(name + ".expected.json")));
}
