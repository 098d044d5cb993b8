namespace Tidar.Models.Tokenization.Bpe;

/// <summary>One encoding at work: its buffers, and the cache of pieces that outlives it. Not for use by two threads at once.</summary>
internal sealed class EncoderState(BpeModel model) : PieceVisitor
{
    /// <summary>Pieces encoded before.</summary>
    public PieceCache Cache { get; } = new();

    /// <summary>The merging buffers.</summary>
    public BpeMerger Merger { get; } = new();

    /// <summary>The symbols a piece starts as.</summary>
    public List<int> Symbols { get; } = [];

    /// <summary>The ids so far.</summary>
    public List<int> Ids { get; } = [];

    public override void Token(AddedToken token) => Ids.Add(token.Id);

    public override void Piece(ReadOnlySpan<char> piece) => model.Encode(piece, this);
}
