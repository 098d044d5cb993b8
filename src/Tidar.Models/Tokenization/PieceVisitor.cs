using Tidar.Models.Tokenization.PreTokenizers;

namespace Tidar.Models.Tokenization;

/// <summary>Receives a text as the tokenizer cuts it up: added tokens, and pieces for the model, in order.</summary>
internal abstract class PieceVisitor
{
    /// <summary>Pieces on their way through the pre-tokenizers.</summary>
    public List<Piece> Buffer { get; } = [];

    /// <summary>An added token was found.</summary>
    public abstract void Token(AddedToken token);

    /// <summary>A piece that tokens do not cross.</summary>
    public abstract void Piece(ReadOnlySpan<char> piece);
}
