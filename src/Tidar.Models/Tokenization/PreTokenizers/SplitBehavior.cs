namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>What becomes of the delimiters that a splitting finds.</summary>
internal enum SplitBehavior
{
    /// <summary>Dropped.</summary>
    Removed,

    /// <summary>A piece each.</summary>
    Isolated,

    /// <summary>The end of the piece before.</summary>
    MergedWithPrevious,

    /// <summary>The start of the piece after.</summary>
    MergedWithNext,

    /// <summary>Neighbouring delimiters are one piece.</summary>
    Contiguous,
}
