using Tidar.Models.Weights.Inspection;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

public sealed class BadFilesTests
{
    // What one look may allocate beyond a small multiple of the bytes it looks at.
    private const long Allowance = 1 << 20;

    public static TheoryData<string, string> Cases => [.. BadFiles.Cases().Select(static c => (c.File, c.Expect))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_malformed_file_is_refused_in_one_line_and_every_control_loads(string file, string expect)
    {
        string path = SharedData.Path("goldens", "models", "bad", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? error = Record.Exception(() => CheckpointInspector.Inspect(path));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < Allowance + (20 * Size(path)), $"{taken} bytes of memory for {Size(path)} bytes of file");
        if (error is not null)
        {
            Assert.IsType<InvalidInputException>(error);
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }

        if (expect == "reject")
            Assert.NotNull(error);
        else if (expect != "either")
            Assert.Null(error);
    }

    [Theory]
    [InlineData("config/llada-block_type.json", "block_type")]
    [InlineData("config/llada-alibi.json", "alibi")]
    [InlineData("config/llada-mask-outside.json", "mask_token_id")]
    [InlineData("config/kv-heads-3-of-4.json", "num_key_value_heads")]
    [InlineData("config/eps-NaN.json", "line 17")]
    [InlineData("config/hidden-2p40.json", "hidden_size")]
    [InlineData("config/rope-list.json", "rope_scaling")]
    [InlineData("config/rope-yarn-factor-string.json", "rope_scaling.factor")]
    [InlineData("model/wrong-shape-transposed", "model.layers.0.mlp.down_proj.weight: expected shape [8, 12], found [12, 8]")]
    [InlineData("model/missing-tensor", "model.layers.0.self_attn.k_proj.weight")]
    [InlineData("model/integer-weights", "found I32")]
    [InlineData("model/no-config", "config.json")]
    [InlineData("index/parent-path-existing", "../good/model-00002-of-00002.safetensors")]
    [InlineData("index/shard-name-number", "weight_map")]
    [InlineData("index/missing-shard", "model-00002-of-00002.safetensors")]
    [InlineData("gguf/dim-wraps-to-right-size.gguf", "4611686018427387912")]
    [InlineData("gguf/model-no-block_count.gguf", "llama.block_count")]
    [InlineData("gguf/unknown-architecture.gguf", "quux")]
    [InlineData("gguf/type-removed-4.gguf", "type 4")]
    [InlineData("gguf/alignment-0.gguf", "general.alignment")]
    [InlineData("safetensors/overlap.safetensors", "begins at")]
    [InlineData("safetensors/header-length-max.safetensors", "18446744073709551615")]
    [InlineData("safetensors/duplicate-tensor.safetensors", "occurs once")]
    [InlineData("safetensors/unknown-dtype.safetensors", "F7")]
    public void The_line_names_what_is_wrong(string file, string named)
    {
        string path = SharedData.Path("goldens", "models", "bad", file);
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => CheckpointInspector.Inspect(path));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static long Size(string path) =>
        Directory.Exists(path) ? Directory.GetFiles(path).Sum(static f => new FileInfo(f).Length) : new FileInfo(path).Length;
}
