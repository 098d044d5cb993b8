namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>A part of a text on its way through the pre-tokenizers.</summary>
/// <param name="Text">The text the part lies in.</param>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">UTF-16 units.</param>
/// <param name="Opening">
/// How many of the first units come from the first character of the user's whole text; where there are any, the part opens the text
/// (Metaspace, scheme <c>first</c>). More than that character where a normalizer took it apart or put something before it.
/// </param>
internal readonly record struct Piece(string Text, int Start, int Length, int Opening)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>A part of this part.</summary>
    public Piece Slice(int start, int length) => new(Text, Start + start, length, Math.Max(0, Opening - start));
}
