namespace Tidar.Models.Tokenization.Patterns;

/// <summary>How a repetition chooses its count.</summary>
internal enum RepeatMode
{
    /// <summary>As many as possible, giving back when the rest fails.</summary>
    Greedy,

    /// <summary>As few as possible, taking more when the rest fails.</summary>
    Lazy,

    /// <summary>As many as possible, giving nothing back.</summary>
    Possessive,
}
