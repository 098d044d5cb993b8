namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>A step that splits text into pieces that tokens never cross (<c>pre_tokenizer</c> of tokenizer.json). Immutable and safe for concurrent use.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Appends the pieces of <paramref name="piece"/>; empty ones are left out.</summary>
    public abstract void Split(in Piece piece, List<Piece> output);
}
