using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

public sealed class CheckpointTests
{
    public static TheoryData<string> GoldenFolders => [.. SharedData.Folders("goldens", "models", "hf")];

    [Theory]
    [MemberData(nameof(GoldenFolders))]
    public void Every_golden_model_folder_opens(string name)
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "hf", name));
        Assert.Equal(checkpoint.Tensors.Sum(static t => t.ElementCount), checkpoint.ParameterCount);
        foreach (WeightTensor tensor in checkpoint.Tensors)
            Assert.All(tensor.ReadAll(), static v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void The_hidden_state_of_the_embedding_is_the_embedding_row()
    {
        string folder = SharedData.Path("goldens", "models", "hf", "llama-bf16");
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        long[] ids = expected.ReadIntegers("input_ids");
        WeightTensor hidden = expected.Get("hidden.embed");
        WeightTensor embedding = checkpoint.Get("model.embed_tokens.weight", 320, 64);
        float[] row = new float[64];
        float[] wanted = hidden.ReadAll();
        for (int i = 0; i < ids.Length; i++)
        {
            embedding.ReadRows(ids[i], 1, row);
            Assert.Equal(wanted[(i * 64)..((i + 1) * 64)], row);
        }
    }

    [Fact]
    public void Stored_bfloat16_is_handed_out_as_it_lies_in_the_file()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "hf", "llama-bf16"));
        WeightTensor tensor = checkpoint.Get("model.layers.1.mlp.down_proj.weight", 64, 160);
        Assert.True(tensor.TryGetBFloat16Rows(3, 2, out ReadOnlySpan<ushort> stored));
        float[] widened = new float[320];
        tensor.ReadRows(3, 2, widened);
        for (int i = 0; i < stored.Length; i++)
            Assert.Equal(widened[i], BitConverter.UInt32BitsToSingle((uint)stored[i] << 16));
    }

    [Fact]
    public void Bfloat16_at_an_odd_address_is_read_but_not_handed_out()
    {
        using TemporaryFolder folder = new();
        foreach (bool odd in new[] { false, true })
        {
            string header = """{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""";
            header += (header.Length % 2 == 0) == odd ? " " : "";
            byte[] bytes = [.. BitConverter.GetBytes((ulong)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), 0x80, 0x3F, 0x00, 0xC0];
            using SafetensorsFile file = SafetensorsFile.Open(folder.Write("a.safetensors", bytes));
            Assert.Equal([1f, -2f], file.Get("a").ReadAll());
            Assert.Equal(!odd, file.Get("a").TryGetBFloat16Rows(0, 1, out _));
        }
    }

    [Fact]
    public void Half_precision_widens_every_pattern_as_the_runtime_does()
    {
        using TemporaryFolder folder = new();
        string header = """{"a":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}""";
        byte[] data = [.. Enumerable.Range(0, 65536).SelectMany(static i => BitConverter.GetBytes((ushort)i))];
        byte[] bytes = [.. BitConverter.GetBytes((ulong)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. data];
        using SafetensorsFile file = SafetensorsFile.Open(folder.Write("a.safetensors", bytes));
        float[] widened = file.Get("a").ReadAll();
        for (int i = 0; i < widened.Length; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            bool same = float.IsNaN(expected)
                ? float.IsNaN(widened[i])
                : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(widened[i]);
            Assert.True(same, $"{i:x4}");
        }
    }

    [Fact]
    public void A_wrong_shape_is_named_with_both_shapes()
    {
        using Checkpoint checkpoint = Checkpoint.Open(SharedData.Path("goldens", "models", "hf", "llama-gqa"));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => checkpoint.Get("lm_head.weight", 64, 320));
        Assert.Contains("model.safetensors: lm_head.weight: expected shape [64, 320], found [320, 64]", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidInputException>(() => checkpoint.Get("absent.weight", 2));
        Assert.Contains("absent.weight: expected a tensor of shape [2], found no such tensor", error.Message, StringComparison.Ordinal);
    }
}
