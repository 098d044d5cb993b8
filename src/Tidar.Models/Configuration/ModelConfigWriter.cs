using System.Globalization;
using System.Text.Json;
using Tidar.Models.Files;
using Tidar.Models.Weights;

namespace Tidar.Models.Configuration;

/// <summary>
/// Writes Hugging Face <c>config.json</c>, in the flat style that every version of transformers reads, with what TiDAR training records under
/// <c>"tidar"</c>. Reading it back gives the same <see cref="ModelConfig"/>.
/// </summary>
public static class ModelConfigWriter
{
    /// <summary>Writes a configuration file.</summary>
    /// <param name="path">The <c>config.json</c>.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="type">The element type of the weights beside it.</param>
    /// <exception cref="InvalidInputException">The file cannot be written, or the family's <c>config.json</c> cannot express the model.</exception>
    public static void Write(string path, ModelConfig config, StoredType type)
    {
        RefuseInexpressible(path, config);
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            WriteFamily(json, config);
            WriteSizes(json, config);
            WriteIds(json, config);
            WriteRope(json, config.Rope);
            json.WriteString("torch_dtype", type switch
            {
                StoredType.F32 => "float32",
                StoredType.BF16 => "bfloat16",
                _ => "float16",
            });
            if (config.Tidar is { } tidar)
            {
                json.WriteStartObject("tidar");
                json.WriteNumber("draft_length", tidar.DraftLength);
                json.WriteNumber("mask_token_id", tidar.MaskTokenId);
                json.WriteEndObject();
            }

            if (config.Diffusion is { } diffusion)
            {
                json.WriteStartObject("diffusion");
                json.WriteString("kind", diffusion.Kind == DiffusionKind.Block ? "block" : "masked");
                json.WriteNumber("block_length", diffusion.BlockLength);
                json.WriteNumber("mask_token_id", diffusion.MaskTokenId);
                json.WriteBoolean("shifted_logits", diffusion.ShiftedLogits);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private static void RefuseInexpressible(string path, ModelConfig c)
    {
        bool qwen2 = c.Architecture == ModelArchitecture.Qwen2;
        bool biases = qwen2 ? c is { QueryKeyValueBias: true, AttentionOutputBias: false } : c.QueryKeyValueBias == c.AttentionOutputBias;
        if (!biases)
            throw new InvalidInputException(
                path, "attention_bias", $"the biases that {c.Architecture} has", $"q/k/v {c.QueryKeyValueBias}, o {c.AttentionOutputBias}");
        if (c.MlpBias && c.Architecture != ModelArchitecture.Llama)
            throw new InvalidInputException(path, "mlp_bias", $"none in {c.Architecture}", "some");
        if (c.QueryKeyNorm != (c.Architecture == ModelArchitecture.Qwen3))
            throw new InvalidInputException(path, "model_type", "q/k norm in Qwen3 alone", $"{c.Architecture}");
        if (c.Rope.FrequencyDivisors is not null)
            throw new InvalidInputException(path, "rope_scaling", "a scaling by formula", "divisors listed one by one (rope_freqs of a GGUF file)");
    }

    private static void WriteFamily(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue($"{config.Architecture}ForCausalLM");
        json.WriteEndArray();
        switch (config.Architecture)
        {
            case ModelArchitecture.Llama:
                json.WriteString("model_type", "llama");
                json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
                json.WriteBoolean("mlp_bias", config.MlpBias);
                break;
            case ModelArchitecture.Qwen2:
                json.WriteString("model_type", "qwen2");
                break;
            case ModelArchitecture.Qwen3:
                json.WriteString("model_type", "qwen3");
                json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(config), config.Architecture, "no such family");
        }

        if (config.Architecture == ModelArchitecture.Llama)
            return;
        json.WriteBoolean("use_sliding_window", false);
        json.WriteNull("sliding_window");
    }

    private static void WriteSizes(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("vocab_size", config.VocabularySize);
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.LayerCount);
        json.WriteNumber("num_attention_heads", config.HeadCount);
        json.WriteNumber("num_key_value_heads", config.KeyValueHeadCount);
        json.WriteNumber("head_dim", config.HeadDimension);
        json.WriteNumber("max_position_embeddings", config.MaxPositions);
        json.WriteString("hidden_act", "silu");
        json.WriteNumber("rms_norm_eps", config.NormEpsilon);
        json.WriteBoolean("tie_word_embeddings", config.TiedEmbeddings);
        json.WriteNumber("attention_dropout", 0);
        json.WriteNumber("initializer_range", 0.02);
    }

    private static void WriteIds(Utf8JsonWriter json, ModelConfig config)
    {
        if (config.BosTokenId is int bos)
            json.WriteNumber("bos_token_id", bos);
        else
            json.WriteNull("bos_token_id");
        switch (config.EosTokenIds)
        {
            case []:
                json.WriteNull("eos_token_id");
                break;
            case [int only]:
                json.WriteNumber("eos_token_id", only);
                break;
            default:
                json.WriteStartArray("eos_token_id");
                foreach (int id in config.EosTokenIds)
                    json.WriteNumberValue(id);
                json.WriteEndArray();
                break;
        }
    }

    private static void WriteRope(Utf8JsonWriter json, RopeConfig rope)
    {
        WriteReal(json, "rope_theta", rope.Theta);
        if (rope.Scaling == RopeScaling.Default)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", rope.Scaling switch
        {
            RopeScaling.Linear => "linear",
            RopeScaling.Llama3 => "llama3",
            _ => "yarn",
        });
        WriteReal(json, "factor", rope.Factor);
        if (rope.Scaling != RopeScaling.Linear)
            json.WriteNumber("original_max_position_embeddings", rope.OriginalMaxPositions);
        if (rope.Scaling == RopeScaling.Llama3)
        {
            WriteReal(json, "low_freq_factor", rope.LowFrequencyFactor);
            WriteReal(json, "high_freq_factor", rope.HighFrequencyFactor);
        }

        if (rope.Scaling == RopeScaling.Yarn)
            WriteYarn(json, rope);
        json.WriteEndObject();
    }

    private static void WriteYarn(Utf8JsonWriter json, RopeConfig rope)
    {
        WriteReal(json, "beta_fast", rope.BetaFast);
        WriteReal(json, "beta_slow", rope.BetaSlow);
        (string, double?)[] optional = [("attention_factor", rope.AttentionFactor), ("mscale", rope.MScale), ("mscale_all_dim", rope.MScaleAllDimensions)];
        foreach ((string name, double? value) in optional)
        {
            if (value is not null)
                WriteReal(json, name, value.Value);
        }

        if (!rope.Truncate)
            json.WriteBoolean("truncate", false);
    }

    // transformers checks that these are floats, so a whole number keeps its point.
    private static void WriteReal(Utf8JsonWriter json, string name, double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WritePropertyName(name);
        json.WriteRawValue(text.AsSpan().ContainsAny(".Ee") ? text : text + ".0");
    }
}
