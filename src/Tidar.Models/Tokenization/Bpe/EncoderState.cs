namespace Tidar.Models.Tokenization.Bpe;

/// <summary>The working memory of one encoding: buffers and the cache of pieces. Not for use by two threads at once.</summary>
internal sealed class EncoderState
{
    /// <summary>Pieces encoded before.</summary>
    public PieceCache Cache { get; } = new();

    /// <summary>The merging buffers.</summary>
    public BpeMerger Merger { get; } = new();

    /// <summary>The symbols a piece starts as.</summary>
    public List<int> Symbols { get; } = [];

    /// <summary>The ids so far.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>Pieces on their way through the pre-tokenizers.</summary>
    public List<PreTokenizers.Piece> Pieces { get; } = [];
}
