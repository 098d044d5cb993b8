using Tidar.Benchmarks.Peers;
using Tidar.Models.Configuration;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Gguf;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

/// <summary>The files that peers are compared on: what the benchmarks write, the reader must give back.</summary>
public sealed class PeerFileTests
{
    [Theory]
    [InlineData("smollm2-135m")]
    [InlineData("qwen2.5-0.5b")]
    [InlineData("qwen3-8b")]
    public void Every_tensor_of_a_decoder_has_a_GGUF_name_that_leads_back_to_it(string shape)
    {
        string[] names = [.. DecoderLayout.Tensors(NamedShapes.ByName[shape]).Select(t => t.Name)];
        string[] written = [.. names.Select(GgufNames.FromHuggingFace)];
        Assert.Equal(names, written.Select(GgufNames.ToHuggingFace));
        Assert.Equal(names.Length, written.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("q8_0", 0.5 / 127)]
    [InlineData("q4_0", 1.0 / 8)]
    public void A_written_file_holds_the_weights_to_within_a_step_of_their_block(string format, double step)
    {
        BlockType type = format == BlockType.Q8.Name ? BlockType.Q8 : BlockType.Q4;
        using TemporaryFolder folder = new();
        RandomTensor matrix = new("blk.0.ffn_up.weight", [7, 96], seed: 3);
        MemoryTensor zeros = new("blk.0.ffn_down.weight", [1, 32], new float[32]);
        RandomTensor bias = new("blk.0.attn_q.bias", [13], seed: 3);
        using (GgufWriter writer = new())
        {
            writer.Add("general.name", "A ↔ B");
            writer.Add("numbers", [3, -4]);
            foreach (WeightTensor tensor in new WeightTensor[] { matrix, zeros, bias })
                writer.Add(tensor.Name, tensor);
            writer.Write(folder.File("t.gguf"), type);
        }

        using GgufFile file = GgufFile.Open(folder.File("t.gguf"));
        Assert.Equal("A ↔ B", file.Metadata.Text("general.name"));
        Assert.Equal([3, -4], file.Metadata.Integers("numbers")!);
        Assert.Equal([type.Name.ToUpperInvariant(), type.Name.ToUpperInvariant(), "F32"], file.Tensors.Select(t => t.DataType));
        Assert.Equal(bias.ReadAll(), file.Tensors[2].ReadAll());
        Assert.Equal(new float[32], file.Tensors[1].ReadAll());
        IEnumerable<(float[] Exact, float[] Read)> blocks = matrix.ReadAll().Chunk(32).Zip(file.Tensors[0].ReadAll().Chunk(32));
        foreach ((float[] exact, float[] read) in blocks)
        {
            // The scale is rounded to float16 on top.
            double most = exact.Max(MathF.Abs), allowed = most * (step + 0.001);
            Assert.All(exact.Zip(read), p => Assert.InRange(p.Second - p.First, -allowed, allowed));
        }
    }
}
