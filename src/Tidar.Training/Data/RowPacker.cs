using Tidar.Training.Losses;

namespace Tidar.Training.Data;

/// <summary>
/// Packs documents into rows of at most S tokens, in their order. A document that does not fit begins the next row; one that is longer than a row is cut into
/// pieces that start anew.
/// </summary>
internal sealed class RowPacker(DocumentStream stream, DocumentEncoder encoder, int rowTokens)
{
    private (int[] Tokens, bool[] Labelled)? _pending;
    private int _offset;
    private string _place = "";

    /// <summary>Where the next row begins.</summary>
    public DataPosition Position => new(stream.Drawn - (_pending is null ? 0 : 1), _offset);

    /// <summary>Goes on from a position, in a stream that has not passed it.</summary>
    public void MoveTo(DataPosition position)
    {
        stream.SkipTo(position.Documents);
        _pending = null;
        _offset = position.Offset;
    }

    /// <summary>The next row: at least one document, or piece of one.</summary>
    public List<TokenSequence> Next()
    {
        List<TokenSequence> row = [];
        int room = rowTokens;
        while (true)
        {
            if (_pending is null)
            {
                _pending = encoder.Encode(stream);
                _place = stream.Place;
            }

            (int[] tokens, bool[] labelled) = _pending.Value;
            int left = tokens.Length - _offset;
            if (left > room && room < rowTokens)
                return row;
            int length = Math.Min(left, room);
            row.Add(new TokenSequence(tokens[_offset..(_offset + length)], labelled[_offset..(_offset + length)]) { Place = _place });
            room -= length;
            if (length < left)
            {
                _offset += length;
                return row;
            }

            _pending = null;
            _offset = 0;
            if (room == 0)
                return row;
        }
    }
}
