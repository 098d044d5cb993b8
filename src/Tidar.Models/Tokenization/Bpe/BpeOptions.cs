namespace Tidar.Models.Tokenization.Bpe;

/// <summary>The switches of a BPE model as tokenizer.json names them.</summary>
internal sealed record BpeOptions
{
    /// <summary><c>unk_token</c>: stands for what the vocabulary cannot spell; without it such characters vanish.</summary>
    public string? UnknownToken { get; init; }

    /// <summary><c>fuse_unk</c>: neighbouring unknown characters are one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary><c>byte_fallback</c>: unknown characters are spelled <c>&lt;0xNN&gt;</c> by byte.</summary>
    public bool ByteFallback { get; init; }

    /// <summary><c>ignore_merges</c>: a piece that is a token is that token, whether or not merges lead to it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary><c>continuing_subword_prefix</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary><c>end_of_word_suffix</c>.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>The last pre-tokenizer maps bytes, and leaves that to the model: pieces are original text, symbols are bytes.</summary>
    public bool ReadsBytes { get; init; }
}
