using Tidar.Models.Configuration;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Gguf;

namespace Tidar.Benchmarks.Peers;

/// <summary>
/// The files that llama.cpp and this engine both run: SmolLM2-135M's own weights, and random ones of Qwen2.5-0.5B's shape under the same tokenizer. Every matrix
/// is in the file's format, the embedding too, which is the fewest bytes that a peer can read.
/// </summary>
internal static class PeerFiles
{
    private const string SmolLm2 = "smollm2-135m";
    private const string Qwen = "qwen2.5-0.5b";
    private const int WeightSeed = 1;

    // Token types of a GGUF vocabulary.
    private const int UnusedToken = 5;

    /// <summary>The models, by the names that files carry.</summary>
    public static IReadOnlyList<string> Models { get; } = [SmolLm2, Qwen];

    /// <summary>The formats.</summary>
    public static IReadOnlyList<BlockType> Formats { get; } = [BlockType.Q8, BlockType.Q4];

    /// <summary>Path of a model's file in a folder.</summary>
    public static string PathOf(string folder, string model, BlockType format) => Path.Combine(folder, $"{model}-{format.Name}.gguf");

    /// <summary>Writes all files that <paramref name="folder"/> lacks.</summary>
    public static void Write(string shared, string folder)
    {
        Directory.CreateDirectory(folder);
        using Checkpoint source = Checkpoint.Open(Path.Combine(shared, "models", "SmolLM2-135M-Instruct-GGUF"));
        foreach (string model in Models)
        {
            foreach (BlockType format in Formats)
            {
                string path = PathOf(folder, model, format);
                if (File.Exists(path))
                    continue;
                Console.Error.WriteLine($"writing {path}");
                using GgufWriter writer = model == SmolLm2 ? Copy(source) : Random(source);
                writer.Add("general.file_type", (int)format.FileType);

                // No half file stays where the next run would take it for a whole one.
                string partial = $"{path}.partial";
                writer.Write(partial, format);
                File.Move(partial, path, overwrite: true);
            }
        }
    }

    private static GgufWriter Copy(Checkpoint source)
    {
        GgufWriter writer = new();
        Describe(writer, source.Config, source.ReadGgufTokenizer()!, "SmolLM2-135M-Instruct");
        foreach (WeightTensor tensor in source.Gguf!.Tensors)
            writer.Add(tensor.Name, tensor);
        return writer;
    }

    private static GgufWriter Random(Checkpoint source)
    {
        ModelConfig config = NamedShapes.ByName[Qwen];
        GgufWriter writer = new();
        GgufTokenizerData tokenizer = source.ReadGgufTokenizer()!;
        int missing = config.VocabularySize - tokenizer.Tokens.Length;
        Describe(writer, config, tokenizer with
        {
            Tokens = [.. tokenizer.Tokens, .. Enumerable.Range(0, missing).Select(static i => $"<|unused{i}|>")],
            TokenTypes = [.. tokenizer.TokenTypes!, .. Enumerable.Repeat(UnusedToken, missing)],
        }, "random weights of Qwen2.5-0.5B's shape");
        foreach ((string name, long[] shape) in DecoderLayout.Tensors(config))
            writer.Add(GgufNames.FromHuggingFace(name), new RandomTensor(name, shape, WeightSeed));
        return writer;
    }

    private static void Describe(GgufWriter writer, ModelConfig config, GgufTokenizerData tokenizer, string name)
    {
        string family = config.Architecture.ToString().ToLowerInvariant();
        writer.Add("general.architecture", family);
        writer.Add("general.name", name);
        writer.Add("general.quantization_version", 2);
        writer.Add($"{family}.vocab_size", config.VocabularySize);
        writer.Add($"{family}.context_length", config.MaxPositions);
        writer.Add($"{family}.embedding_length", config.HiddenSize);
        writer.Add($"{family}.block_count", config.LayerCount);
        writer.Add($"{family}.feed_forward_length", config.IntermediateSize);
        writer.Add($"{family}.attention.head_count", config.HeadCount);
        writer.Add($"{family}.attention.head_count_kv", config.KeyValueHeadCount);
        writer.Add($"{family}.attention.layer_norm_rms_epsilon", config.NormEpsilon);
        writer.Add($"{family}.rope.dimension_count", config.HeadDimension);
        writer.Add($"{family}.rope.freq_base", (float)config.Rope.Theta);
        writer.Add("tokenizer.ggml.model", tokenizer.Model);
        writer.Add("tokenizer.ggml.pre", tokenizer.Pre!);
        writer.Add("tokenizer.ggml.tokens", tokenizer.Tokens);
        writer.Add("tokenizer.ggml.token_type", tokenizer.TokenTypes!);
        writer.Add("tokenizer.ggml.merges", tokenizer.Merges!);
        writer.Add("tokenizer.ggml.bos_token_id", tokenizer.BosId!.Value);
        writer.Add("tokenizer.ggml.eos_token_id", tokenizer.EosId!.Value);
        writer.Add("tokenizer.ggml.add_bos_token", tokenizer.AddBos ?? false);
    }
}
