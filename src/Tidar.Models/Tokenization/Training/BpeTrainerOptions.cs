namespace Tidar.Models.Tokenization.Training;

/// <summary>What a byte-level BPE vocabulary is to look like.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Tokens in all: special tokens, bytes and merged tokens. Fewer result where the texts have no more pairs to merge; with no room beyond the bytes the model is one of bytes.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Special tokens, which take the first ids in this order. Where they occur in the texts they are left out.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>A special token that every encoded text begins with, or null.</summary>
    public string? BosToken { get; init; }

    /// <summary>A special token that every encoded text ends with, or null.</summary>
    public string? EosToken { get; init; }

    /// <summary>Pairs that occur less often are not merged; at least 1.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>Every digit is a piece of its own, so that numbers are spelled digit by digit.</summary>
    public bool DigitsIndividual { get; init; } = true;

    /// <summary>
    /// A token for each of the 256 bytes, so that any text can be written; otherwise only for those that the texts have, and others vanish in encoding.
    /// </summary>
    public bool AllBytes { get; init; } = true;

    /// <summary>Normalize to NFC first.</summary>
    public bool Nfc { get; init; }

    /// <summary>Longest token in bytes; null for no limit.</summary>
    public int? LongestToken { get; init; }

    /// <summary>The split into pieces, as a regular expression in the syntax of tokenizer.json; null for GPT-2's.</summary>
    public string? SplitExpression { get; init; }
}
