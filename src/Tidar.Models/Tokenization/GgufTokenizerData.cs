namespace Tidar.Models.Tokenization;

/// <summary>
/// The tokenizer a GGUF file carries in its metadata (keys <c>tokenizer.ggml.*</c> of the GGUF specification), as plain values.
/// A null means that the key is absent; <c>Tokenizer.FromGguf</c> then applies the default that llama.cpp applies.
/// </summary>
public sealed record GgufTokenizerData
{
    /// <summary>The file, for error messages.</summary>
    public required string Source { get; init; }

    /// <summary><c>tokenizer.ggml.model</c>: <c>gpt2</c> (byte-level BPE) or <c>llama</c> (SentencePiece BPE with byte fallback).</summary>
    public required string Model { get; init; }

    /// <summary><c>tokenizer.ggml.pre</c>: name of the pre-tokenizer of a <c>gpt2</c> model, such as <c>smollm</c> or <c>qwen2</c>.</summary>
    public string? Pre { get; init; }

    /// <summary><c>tokenizer.ggml.tokens</c>: the text of every id.</summary>
    public required string[] Tokens { get; init; }

    /// <summary><c>tokenizer.ggml.token_type</c>, one per token: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.</summary>
    public int[]? TokenTypes { get; init; }

    /// <summary><c>tokenizer.ggml.scores</c>, one per token; the merge order of a <c>llama</c> model.</summary>
    public float[]? Scores { get; init; }

    /// <summary><c>tokenizer.ggml.merges</c>: <c>"left right"</c>, best first; required for a <c>gpt2</c> model.</summary>
    public string[]? Merges { get; init; }

    /// <summary><c>tokenizer.ggml.bos_token_id</c>.</summary>
    public int? BosId { get; init; }

    /// <summary><c>tokenizer.ggml.eos_token_id</c>.</summary>
    public int? EosId { get; init; }

    /// <summary><c>tokenizer.ggml.unknown_token_id</c>.</summary>
    public int? UnknownId { get; init; }

    /// <summary><c>tokenizer.ggml.padding_token_id</c>.</summary>
    public int? PaddingId { get; init; }

    /// <summary><c>tokenizer.ggml.add_bos_token</c>.</summary>
    public bool? AddBos { get; init; }

    /// <summary><c>tokenizer.ggml.add_eos_token</c>.</summary>
    public bool? AddEos { get; init; }

    /// <summary><c>tokenizer.ggml.add_space_prefix</c>.</summary>
    public bool? AddSpacePrefix { get; init; }
}
