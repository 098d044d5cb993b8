namespace Tidar.Models.Tokenization.Patterns;

/// <summary>Positions that an expression can require.</summary>
internal enum AssertionKind
{
    /// <summary><c>^</c>.</summary>
    LineStart,

    /// <summary><c>$</c>.</summary>
    LineEnd,

    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\Z</c>: the end, or before one newline at the end.</summary>
    TextEndOrLastNewline,

    /// <summary><c>\b</c>.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NotWordBoundary,
}
