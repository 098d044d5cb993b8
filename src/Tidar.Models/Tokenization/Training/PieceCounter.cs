using System.Text;

namespace Tidar.Models.Tokenization.Training;

/// <summary>Counts the distinct pieces of the training texts.</summary>
internal sealed class PieceCounter : PieceVisitor
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly bool[] _bytes = new bool[256];

    public PieceCounter() => _bySpan = _counts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Pieces as original text, with how often each occurs.</summary>
    public IReadOnlyDictionary<string, long> Pieces => _counts;

    /// <summary>Whether any piece has this byte in UTF-8.</summary>
    public bool HasByte(byte value) => _bytes[value];

    public override void Token(AddedToken token)
    {
        // Special tokens are no text to learn from.
    }

    public override void Piece(ReadOnlySpan<char> piece)
    {
        if (_bySpan.TryGetValue(piece, out long count))
        {
            _bySpan[piece] = count + 1;
            return;
        }

        string text = piece.ToString();
        _counts.Add(text, 1);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
            _bytes[b] = true;
    }
}
