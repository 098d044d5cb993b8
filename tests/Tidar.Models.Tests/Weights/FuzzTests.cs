using Tidar.Models.Weights;
using Tidar.Models.Weights.Gguf;
using Tidar.Models.Weights.Inspection;
using Tidar.Models.Weights.Safetensors;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

/// <summary>Damaged copies of good files: whatever the damage, the answer is a value or an <see cref="InvalidInputException"/>.</summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData("bad/safetensors/good.safetensors", 2000)]
    [InlineData("bad/safetensors/good-unaligned.safetensors", 1000)]
    [InlineData("bad/safetensors/good-empty-tensor.safetensors", 1000)]
    [InlineData("bad/gguf/good.gguf", 2000)]
    [InlineData("bad/gguf/model-no-tensors.gguf", 1000)]
    [InlineData("bad/config/good.json", 2000)]
    [InlineData("hf/qwen3-yarn/config.new.json", 1000)]
    [InlineData("hf/llama3-rope/config.json", 1000)]
    [InlineData("bad/config/llada-alibi.json", 500)]
    [InlineData("bad/index/good/model.safetensors.index.json", 500)]
    public void A_damaged_file_never_does_more_than_be_refused(string file, int times)
    {
        byte[] good = File.ReadAllBytes(Golden(file));
        using TemporaryFolder folder = new();
        foreach (string sibling in Directory.GetFiles(Path.GetDirectoryName(Golden(file))!, "*-of-*.safetensors"))
            File.Copy(sibling, folder.File(Path.GetFileName(sibling)));
        Damage(good, good.Length, seed: 1, times, bytes => Survive(() =>
        {
            string path = folder.Write(Path.GetFileName(file), bytes);
            CheckpointInspector.Inspect(path);
            ReadEverything(path);
        }, bytes));
    }

    [Theory]
    [InlineData("hf/qwen2/model.safetensors", "hf/qwen2/config.json", 3500, 300)]
    public void A_model_with_a_damaged_header_never_does_more_than_be_refused(string weights, string config, int headerBytes, int times)
    {
        byte[] good = File.ReadAllBytes(Golden(weights));
        using TemporaryFolder folder = new();
        File.Copy(Golden(config), folder.File("config.json"));
        Damage(good, headerBytes, seed: 2, times, bytes => Survive(() =>
        {
            folder.Write("model.safetensors", bytes);
            using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
            foreach (WeightTensor tensor in checkpoint.Tensors)
                tensor.ReadAll();
        }, bytes));
    }

    [Theory]
    [InlineData("gguf/llama3-rope_freqs-F16.gguf", 600)]
    [InlineData("gguf/llama-Q2_K.gguf", 300)]
    public void A_damaged_model_file_never_does_more_than_be_refused(string file, int times)
    {
        byte[] good = File.ReadAllBytes(Golden(file));
        using TemporaryFolder folder = new();
        // Metadata and tensor list are the first few kilobytes, the vocabulary among them.
        Damage(good, 12_000, seed: 3, times, bytes => Survive(() =>
        {
            string path = folder.Write("model.gguf", bytes);
            CheckpointInspector.Inspect(path);
            using Checkpoint checkpoint = Checkpoint.Open(path);
            if (checkpoint.HasTokenizer)
                checkpoint.LoadTokenizer().Encode("the cats");
            _ = checkpoint.ChatTemplate;
            foreach (WeightTensor tensor in checkpoint.Tensors)
                tensor.ReadAll();
        }, bytes));
    }

    private static void ReadEverything(string path)
    {
        if (path.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (WeightTensor tensor in file.Tensors.Where(static t => t.IsReadable))
                tensor.ReadAll();
        }
        else if (path.EndsWith(".gguf", StringComparison.Ordinal))
        {
            using GgufFile file = GgufFile.Open(path);
            foreach (WeightTensor tensor in file.Tensors.Where(static t => t.IsReadable))
                tensor.ReadAll();
        }
    }

    private static void Damage(byte[] good, int within, int seed, int times, Action<byte[]> use)
    {
        Random random = new(seed);
        for (int i = 0; i < times; i++)
        {
            byte[] bytes = [.. good];
            int flips = random.Next(0, 4);
            for (int f = 0; f < flips; f++)
            {
                int at = random.Next(within);
                bytes[at] = random.Next(3) switch
                {
                    0 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                    1 => (byte)random.Next(256),
                    _ => (byte)(random.Next(2) * 255),
                };
            }

            if (flips == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            use(bytes);
        }
    }

    private static void Survive(Action look, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            look();
        }
        catch (InvalidInputException)
        {
            // That is the point.
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < (4 << 20) + (40L * bytes.Length), $"{taken} bytes of memory for {bytes.Length} bytes of file");
    }

    private static string Golden(string file) => SharedData.Path(["goldens", "models", .. file.Split('/')]);
}
