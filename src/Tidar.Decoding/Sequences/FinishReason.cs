namespace Tidar.Decoding.Sequences;

/// <summary>Why a text ended.</summary>
public enum FinishReason
{
    /// <summary>The model said an end-of-sequence token; it is the last id and counts as a token.</summary>
    Eos,

    /// <summary>A stop string came up; the text ends before it, the ids end with the token that completed it.</summary>
    Stop,

    /// <summary>The most tokens asked for, or the end of the context.</summary>
    Length,
}
