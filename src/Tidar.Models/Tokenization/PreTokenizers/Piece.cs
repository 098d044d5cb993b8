namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>A part of a text on its way through the pre-tokenizers.</summary>
/// <param name="Text">The text the part lies in.</param>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">UTF-16 units.</param>
/// <param name="OpensText">The part begins where the user's whole text begins (Metaspace, scheme <c>first</c>).</param>
internal readonly record struct Piece(string Text, int Start, int Length, bool OpensText)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>A part of this part.</summary>
    public Piece Slice(int start, int length) => new(Text, Start + start, length, OpensText && start == 0);
}
