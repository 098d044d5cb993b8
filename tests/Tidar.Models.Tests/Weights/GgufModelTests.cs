using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Tests;

namespace Tidar.Models.Tests.Weights;

public sealed class GgufModelTests
{
    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Both_versions_of_the_container_hold_the_same_model(uint version)
    {
        ModelConfig config = Config(GgufBuilder.Model(version: version));
        Assert.True(config is { HiddenSize: 8, HeadDimension: 4, KeyValueHeadCount: 1, VocabularySize: 10, TiedEmbeddings: true, MaxPositions: 64 });
        Assert.Equal(new RopeConfig(), config.Rope);
    }

    [Fact]
    public void Biases_of_a_llama_are_found_and_put_back_in_order()
    {
        using TemporaryFolder folder = new();
        GgufBuilder builder = GgufBuilder.Model().Tensor("blk.0.attn_q.bias", 8).Tensor("blk.0.attn_k.bias", 4).Tensor("blk.0.attn_v.bias", 4);
        using Checkpoint checkpoint = Checkpoint.Open(folder.Write("m.gguf", builder.Build()));
        Assert.True(checkpoint.Config is { QueryKeyValueBias: true, AttentionOutputBias: false, MlpBias: false });
        Assert.Equal([0, 2, 1, 3, 4, 6, 5, 7], checkpoint.Get("model.layers.0.self_attn.q_proj.bias", 8).ReadAll());
        Assert.Equal([0, 1, 2, 3], checkpoint.Get("model.layers.0.self_attn.v_proj.bias", 4).ReadAll());
    }

    [Fact]
    public void Rows_of_qwen_are_not_permuted()
    {
        using TemporaryFolder folder = new();
        GgufBuilder builder = GgufBuilder.Model("qwen2").Tensor("blk.0.attn_q.bias", 8).Tensor("blk.0.attn_k.bias", 4).Tensor("blk.0.attn_v.bias", 4);
        using Checkpoint checkpoint = Checkpoint.Open(folder.Write("m.gguf", builder.Build()));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], checkpoint.Get("model.layers.0.self_attn.q_proj.bias", 8).ReadAll());
    }

    [Fact]
    public void Every_way_to_name_an_end_is_heard()
    {
        ModelConfig config = Config(GgufBuilder.Model().UInt32("tokenizer.ggml.eos_token_id", 3).UInt32("tokenizer.ggml.eot_token_id", 5)
            .Texts("tokenizer.ggml.tokens", "a", "<|endoftext|>", "<|im_end|>", "b", "c", "d", "e", "f", "g", "h")
            .Int32s("tokenizer.ggml.token_type", 1, 3, 1, 3, 1, 3, 1, 1, 1, 1));
        // <|im_end|> is ordinary text here, so it ends nothing.
        Assert.Equal([3, 5, 1], config.EosTokenIds);
    }

    [Fact]
    public void Scalings_are_read_as_llama_cpp_reads_them()
    {
        Assert.Equal(
            new RopeConfig { Theta = 5000, Scaling = RopeScaling.Linear, Factor = 4 },
            Config(GgufBuilder.Model().Float32("llama.rope.freq_base", 5000).Float32("llama.rope.scaling.factor", 4)).Rope);
        Assert.Equal(
            new RopeConfig { Scaling = RopeScaling.Yarn, Factor = 4, OriginalMaxPositions = 16 },
            Config(GgufBuilder.Model().Text("llama.rope.scaling.type", "yarn").Float32("llama.rope.scaling.factor", 4)
                .UInt32("llama.rope.scaling.original_context_length", 16)).Rope);
        Assert.Equal(
            2 * ((0.1 * Math.Log(4)) + 1),
            Config(GgufBuilder.Model().Text("llama.rope.scaling.type", "yarn").Float32("llama.rope.scaling.factor", 4)
                .Float32("llama.rope.scaling.attn_factor", 2)).Rope.AttentionFactor);
        Assert.Equal(new RopeConfig(), Config(GgufBuilder.Model().Text("llama.rope.scaling.type", "none").Float32("llama.rope.scaling.factor", 4)).Rope);
    }

    [Fact]
    public void The_trained_draft_length_travels_in_metadata()
    {
        Assert.Equal(new TidarConfig(8, 9), Config(GgufBuilder.Model().UInt32("tidar.draft_length", 8).UInt32("tidar.mask_token_id", 9)).Tidar);
    }

    [Fact]
    public void Sizes_written_once_per_layer_count_when_they_agree()
    {
        Assert.Equal(12, Config(GgufBuilder.Model().Without("llama.feed_forward_length").Int32s("llama.feed_forward_length", 12, 12)).IntermediateSize);
        Refused("llama.feed_forward_length", GgufBuilder.Model().Without("llama.feed_forward_length").Int32s("llama.feed_forward_length", 12, 16));
    }

    [Fact]
    public void What_would_change_the_computation_is_refused_by_name()
    {
        Refused("llama.rope.scaling.type", GgufBuilder.Model().Text("llama.rope.scaling.type", "longrope"));
        Refused("llama.rope.dimension_count", GgufBuilder.Model().UInt32("llama.rope.dimension_count", 2));
        Refused("llama.attention.value_length", GgufBuilder.Model().UInt32("llama.attention.value_length", 8));
        Refused("split.count", GgufBuilder.Model().UInt32("split.count", 2));
        Refused("llama.expert_count", GgufBuilder.Model().UInt32("llama.expert_count", 8));
        Refused("llama.attention.sliding_window", GgufBuilder.Model().UInt32("llama.attention.sliding_window", 32));
        Refused("llama.attention.causal", GgufBuilder.Model().Boolean("llama.attention.causal", false));
        Refused("llama.logit_scale", GgufBuilder.Model().Float32("llama.logit_scale", 2));
        Refused("blk.0.ffn_gate_exps.weight", GgufBuilder.Model().Tensor("blk.0.ffn_gate_exps.weight", 12, 8));
        Refused("rope_freqs.weight", GgufBuilder.Model().Tensor("rope_freqs.weight", 2));
        Refused("model.layers.0.self_attn.q_norm.weight", GgufBuilder.Model().Tensor("blk.0.attn_q_norm.weight", 4));
        Refused("llama.vocab_size", GgufBuilder.Model().UInt32("llama.vocab_size", 11));
        Refused("tokenizer.ggml.eos_token_id", GgufBuilder.Model().UInt32("tokenizer.ggml.eos_token_id", 10));
        Refused("tokenizer.ggml.tokens", GgufBuilder.Model().Texts("tokenizer.ggml.tokens", [.. Enumerable.Range(0, 11).Select(static i => $"t{i}")]));
        Refused("llama.attention.layer_norm_rms_epsilon", GgufBuilder.Model().Without("llama.attention.layer_norm_rms_epsilon"));
        Refused("general.architecture", GgufBuilder.Model().UInt32("general.architecture", 1));
    }

    [Fact]
    public void Tokenizer_keys_become_plain_values()
    {
        using TemporaryFolder folder = new();
        string[] tokens = [.. Enumerable.Range(0, 10).Select(static i => $"t{i}")];
        GgufBuilder builder = GgufBuilder.Model().Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", "qwen2")
            .Texts("tokenizer.ggml.tokens", tokens)
            .Texts("tokenizer.ggml.merges", "t 1").Boolean("tokenizer.ggml.add_bos_token", true).UInt32("tokenizer.ggml.bos_token_id", 4)
            .Text("tokenizer.chat_template", "{{ messages }}");
        using Checkpoint checkpoint = Checkpoint.Open(folder.Write("m.gguf", builder.Build()));
        GgufTokenizerData data = checkpoint.ReadGgufTokenizer()!;
        Assert.Equal(tokens, data.Tokens);
        Assert.Equal(("gpt2", "qwen2", true, 4, null), (data.Model, data.Pre, data.AddBos, data.BosId, data.EosId));
        Assert.Equal(["t 1"], data.Merges!);
        Assert.Equal("{{ messages }}", checkpoint.ChatTemplate);
        Assert.Equal(4, checkpoint.Config.BosTokenId);
    }

    private static ModelConfig Config(GgufBuilder builder)
    {
        using TemporaryFolder folder = new();
        using Checkpoint checkpoint = Checkpoint.Open(folder.Write("m.gguf", builder.Build()));
        return checkpoint.Config;
    }

    private static void Refused(string named, GgufBuilder builder)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Config(builder));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
