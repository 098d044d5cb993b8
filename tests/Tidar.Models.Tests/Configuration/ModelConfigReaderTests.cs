using System.Text.Json.Nodes;
using Tidar.Models.Configuration;
using Tidar.Tests;

namespace Tidar.Models.Tests.Configuration;

public sealed class ModelConfigReaderTests
{
    private const string Sizes =
        """
        "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 320
        """;

    public static TheoryData<string> GoldenFolders => [.. SharedData.Folders("goldens", "models", "hf")];

    [Theory]
    [MemberData(nameof(GoldenFolders))]
    public void Both_styles_of_a_golden_configuration_mean_the_same(string name)
    {
        string folder = SharedData.Path("goldens", "models", "hf", name);
        ModelConfig older = ModelConfigReader.Read(Path.Combine(folder, "config.json"));
        Assert.Equal([2], older.EosTokenIds);
        Assert.Equal(1, older.BosTokenId);
        string newer = Path.Combine(folder, "config.new.json");
        if (File.Exists(newer))
            Assert.Equivalent(older, ModelConfigReader.Read(newer), strict: true);
    }

    [Fact]
    public void Ids_of_generation_config_are_added()
    {
        Assert.Equal([2, 3], ModelConfigReader.ReadFolder(SharedData.Path("goldens", "models", "hf", "llama-gqa")).EosTokenIds);
    }

    [Fact]
    public void Scalings_of_the_goldens_are_read_whole()
    {
        RopeConfig llama3 = ModelConfigReader.ReadFolder(SharedData.Path("goldens", "models", "hf", "llama3-rope")).Rope;
        Assert.Equal(
            new RopeConfig { Theta = 500_000, Scaling = RopeScaling.Llama3, Factor = 8, OriginalMaxPositions = 256, LowFrequencyFactor = 1, HighFrequencyFactor = 4 },
            llama3);
        RopeConfig yarn = ModelConfigReader.ReadFolder(SharedData.Path("goldens", "models", "hf", "qwen2-yarn")).Rope;
        Assert.Equal(new RopeConfig { Theta = 10_000, Scaling = RopeScaling.Yarn, Factor = 4, OriginalMaxPositions = 256 }, yarn);
        RopeConfig linear = ModelConfigReader.ReadFolder(SharedData.Path("goldens", "models", "hf", "llama-linear-rope")).Rope;
        Assert.Equal(new RopeConfig { Theta = 10_000, Scaling = RopeScaling.Linear, Factor = 4 }, linear);
    }

    [Fact]
    public void Absent_fields_have_the_defaults_of_their_family()
    {
        ModelConfig llama = Read($$"""{"model_type": "llama", {{Sizes}}}""");
        Assert.Equal((16, 2048, 1e-6f, 10_000.0), (llama.HeadDimension, llama.MaxPositions, llama.NormEpsilon, llama.Rope.Theta));
        Assert.False(llama.TiedEmbeddings || llama.QueryKeyValueBias || llama.AttentionOutputBias || llama.MlpBias || llama.QueryKeyNorm);
        Assert.Equal([2], llama.EosTokenIds);

        ModelConfig qwen2 = Read($$"""{"model_type": "qwen2", {{Sizes}}}""");
        Assert.True(qwen2 is { QueryKeyValueBias: true, AttentionOutputBias: false, HeadDimension: 16, MaxPositions: 32_768, BosTokenId: null });
        Assert.Empty(qwen2.EosTokenIds);

        ModelConfig qwen3 = Read($$"""{"model_type": "qwen3", "attention_bias": true, {{Sizes}}}""");
        Assert.True(qwen3 is { QueryKeyValueBias: true, AttentionOutputBias: true, HeadDimension: 128, QueryKeyNorm: true });
    }

    [Fact]
    public void The_family_follows_from_architectures_where_model_type_is_absent()
    {
        Assert.Equal(ModelArchitecture.Qwen3, Read($$"""{"architectures": ["Qwen3ForCausalLM"], {{Sizes}}}""").Architecture);
    }

    [Fact]
    public void The_trained_draft_length_and_mask_are_read()
    {
        Assert.Equal(new TidarConfig(8, 319), Read($$"""{"model_type": "llama", {{Sizes}}, "tidar": {"draft_length": 8, "mask_token_id": 319} }""").Tidar);
    }

    [Theory]
    [InlineData("llama", "\"quantization_config\": {\"bits\": 4}", "quantization_config")]
    [InlineData("llama", "\"hidden_act\": \"gelu\"", "hidden_act")]
    [InlineData("llama", "\"rope_interleaved\": true", "rope_interleaved")]
    [InlineData("llama", "\"partial_rotary_factor\": 0.5", "partial_rotary_factor")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}", "rope_scaling.type")]
    [InlineData("llama", "\"rope_parameters\": {\"rope_type\": \"longrope\", \"factor\": 2}", "rope_parameters.rope_type")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, \"mrope_section\": [1]}", "rope_scaling.mrope_section")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling.factor")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 0}", "rope_scaling.factor")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}, \"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 3}", "rope_scaling")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"llama3\", \"factor\": 2, \"low_freq_factor\": 4, \"high_freq_factor\": 4}", "high_freq_factor")]
    [InlineData("llama", "\"sliding_window\": 8", "sliding_window")]
    [InlineData("mistral", "\"sliding_window\": 4096, \"max_position_embeddings\": 32768", "sliding_window")]
    [InlineData("mistral", "\"max_position_embeddings\": 32768", "sliding_window")]
    [InlineData("qwen2", "\"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 1", "use_sliding_window")]
    [InlineData("qwen3", "\"layer_types\": [\"full_attention\", \"sliding_attention\"], \"sliding_window\": 8, \"use_sliding_window\": true", "layer_types")]
    [InlineData("qwen3", "\"layer_types\": [\"full_attention\"]", "layer_types")]
    [InlineData("qwen3", "\"head_dim\": 15", "head_dim")]
    [InlineData("llama", "\"eos_token_id\": [2, 320]", "eos_token_id")]
    [InlineData("llama", "\"tidar\": {\"draft_length\": 8, \"mask_token_id\": 320}", "tidar.mask_token_id")]
    [InlineData("llama", "\"tidar\": {\"mask_token_id\": 3}", "tidar.draft_length")]
    [InlineData("llama", "\"final_logit_softcapping\": 30.0", "final_logit_softcapping")]
    [InlineData("llama", "\"tie_word_embeddings\": \"yes\"", "tie_word_embeddings")]
    public void What_would_change_the_computation_is_refused_by_name(string family, string field, string named)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Read($$"""{"model_type": "{{family}}", {{Sizes}}, {{field}} }"""));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mistral", "\"sliding_window\": null")]
    [InlineData("mistral", "\"sliding_window\": 4096, \"max_position_embeddings\": 4096")]
    [InlineData("qwen2", "\"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 2")]
    [InlineData("qwen2", "\"use_sliding_window\": true, \"sliding_window\": 64, \"max_position_embeddings\": 64, \"max_window_layers\": 0")]
    [InlineData("llama", "\"rope_scaling\": {\"rope_type\": \"default\"}, \"quantization_config\": null, \"pretraining_tp\": 2")]
    public void What_is_switched_off_is_no_obstacle(string family, string field)
    {
        Assert.Equal(64, Read($$"""{"model_type": "{{family}}", {{Sizes}}, {{field}} }""").HiddenSize);
    }

    [Fact]
    public void Yarn_without_a_factor_takes_the_ratio_of_the_contexts()
    {
        ModelConfig config = Read(
            $$"""{"model_type": "qwen3", {{Sizes}}, "max_position_embeddings": 1024, "rope_scaling": {"type": "yarn", "original_max_position_embeddings": 256, "mscale": 0} }""");
        Assert.Equal((4.0, 256, null), (config.Rope.Factor, config.Rope.OriginalMaxPositions, config.Rope.MScale));
    }

    [Theory]
    [InlineData("qwen3-yarn", "config.json")]
    [InlineData("llama3-rope", "config.new.json")]
    [InlineData("qwen2-sliding-off", "config.json")]
    public void Any_value_in_any_field_is_accepted_or_refused_by_name(string model, string file)
    {
        string[] values = ["null", "true", "0", "-1", "1", "1.5", "1e308", "-0.0", "2147483648", "1e999", "\"x\"", "[]", "[null]", "{}", "{\"a\": 1}"];
        JsonObject good = JsonNode.Parse(File.ReadAllBytes(SharedData.Path("goldens", "models", "hf", model, file)))!.AsObject();
        using TemporaryFolder folder = new();
        foreach (string[] path in Paths(good))
        {
            foreach (string value in values)
            {
                JsonObject changed = good.DeepClone().AsObject();
                JsonObject parent = path.Length == 1 ? changed : changed[path[0]]!.AsObject();
                parent[path[^1]] = JsonNode.Parse(value);
                try
                {
                    ModelConfigReader.Read(folder.Write("config.json", changed.ToJsonString()));
                }
                catch (InvalidInputException error)
                {
                    Assert.StartsWith(folder.File("config.json"), error.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    private static IEnumerable<string[]> Paths(JsonObject json)
    {
        foreach ((string name, JsonNode? value) in json)
        {
            yield return [name];
            foreach ((string inner, _) in value as JsonObject ?? [])
                yield return [name, inner];
        }
    }

    private static ModelConfig Read(string json)
    {
        using TemporaryFolder folder = new();
        return ModelConfigReader.Read(folder.Write("config.json", json));
    }
}
