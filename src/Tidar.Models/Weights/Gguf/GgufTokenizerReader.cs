using Tidar.Models.Tokenization;

namespace Tidar.Models.Weights.Gguf;

/// <summary>The keys <c>tokenizer.*</c> of a GGUF file.</summary>
internal static class GgufTokenizerReader
{
    /// <summary>The vocabulary's key.</summary>
    public const string TokensKey = "tokenizer.ggml.tokens";

    /// <summary>The key that every tokenizer has.</summary>
    public const string ModelKey = "tokenizer.ggml.model";

    private const int ControlToken = 3;

    // Control tokens that end a turn or a text in the models that use these names; llama.cpp stops at them too, whatever id the file calls `eos`.
    private static readonly HashSet<string> EndMarkers = new(StringComparer.Ordinal)
    {
        "<|endoftext|>", "<|im_end|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "</s>", "<end_of_turn>", "<EOT>",
    };

    /// <summary>Every id at which generation stops: those the metadata names, and end markers by their text.</summary>
    public static IReadOnlyList<int> EosIds(GgufFile file, int vocabulary)
    {
        GgufMetadata metadata = file.Metadata;
        List<int> ids = [];
        foreach (string name in new[] { "eos", "eot", "eom" })
        {
            if (metadata.Integer($"tokenizer.ggml.{name}_token_id", 0, vocabulary - 1) is int id)
                ids.Add(id);
        }

        if (metadata.Integers("tokenizer.ggml.token_type") is { } types && metadata.Texts(TokensKey) is { } tokens)
            ids.AddRange(Enumerable.Range(0, Math.Min(types.Length, tokens.Length)).Where(i => types[i] == ControlToken && EndMarkers.Contains(tokens[i])));
        return [.. ids.Distinct()];
    }

    /// <summary>The tokenizer as plain values, or null where the file has none.</summary>
    /// <exception cref="InvalidInputException">A key has a value of the wrong kind, or the arrays differ in length.</exception>
    public static GgufTokenizerData? Read(GgufFile file)
    {
        GgufMetadata metadata = file.Metadata;
        if (metadata.Text(ModelKey) is not string model)
            return null;
        string[] tokens = metadata.Texts(TokensKey) ?? throw new InvalidInputException(file.Path, TokensKey, "the vocabulary", "nothing");
        foreach (string name in new[] { "tokenizer.ggml.token_type", "tokenizer.ggml.scores" })
        {
            if (metadata.ItemCount(name) is long count && count != tokens.Length)
                throw new InvalidInputException(file.Path, name, $"{tokens.Length} items, one a token", $"{count}");
        }

        int? Id(string name) => metadata.Integer($"tokenizer.ggml.{name}_token_id", 0, tokens.Length - 1);
        return new GgufTokenizerData
        {
            Source = file.Path,
            Model = model,
            Pre = metadata.Text("tokenizer.ggml.pre"),
            Tokens = tokens,
            TokenTypes = metadata.Integers("tokenizer.ggml.token_type"),
            Scores = metadata.Numbers("tokenizer.ggml.scores"),
            Merges = metadata.Texts("tokenizer.ggml.merges"),
            BosId = Id("bos"),
            EosId = Id("eos"),
            UnknownId = Id("unknown"),
            PaddingId = Id("padding"),
            AddBos = metadata.Boolean("tokenizer.ggml.add_bos_token"),
            AddEos = metadata.Boolean("tokenizer.ggml.add_eos_token"),
            AddSpacePrefix = metadata.Boolean("tokenizer.ggml.add_space_prefix"),
        };
    }

    /// <summary>The chat template, or null where the file has none.</summary>
    public static string? ChatTemplate(GgufFile file) => file.Metadata.Text("tokenizer.chat_template");
}
