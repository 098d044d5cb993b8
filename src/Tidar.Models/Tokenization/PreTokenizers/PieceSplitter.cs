namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>Collects the delimiters found in a piece and turns them into pieces as a <see cref="SplitBehavior"/> says.</summary>
internal sealed class PieceSplitter
{
    [ThreadStatic]
    private static PieceSplitter? s_mine;

    private readonly List<(int Start, int End, bool Delimiter)> _parts = [];
    private int _covered;
    private bool _invert;

    /// <summary>This thread's instance, emptied. Only for use until the next call.</summary>
    public static PieceSplitter Rent(bool invert)
    {
        PieceSplitter mine = s_mine ??= new PieceSplitter();
        mine._parts.Clear();
        mine._covered = 0;
        mine._invert = invert;
        return mine;
    }

    /// <summary>Adds the next delimiter; what lies between it and the one before is text.</summary>
    public void Add(int start, int end)
    {
        if (start > _covered)
            _parts.Add((_covered, start, _invert));
        _parts.Add((start, end, !_invert));
        _covered = end;
    }

    /// <summary>Appends the pieces.</summary>
    public void Finish(in Piece piece, SplitBehavior behavior, List<Piece> output)
    {
        if (_covered < piece.Length)
            _parts.Add((_covered, piece.Length, _invert));
        switch (behavior)
        {
            case SplitBehavior.Isolated:
                foreach ((int start, int end, _) in _parts)
                    Append(piece, start, end, output);
                break;
            case SplitBehavior.Removed:
                foreach ((int start, int end, bool delimiter) in _parts)
                {
                    if (!delimiter)
                        Append(piece, start, end, output);
                }

                break;
            default:
                Merge(piece, behavior, output);
                break;
        }
    }

    private void Merge(in Piece piece, SplitBehavior behavior, List<Piece> output)
    {
        int open = 0;
        for (int i = 1; i <= _parts.Count; i++)
        {
            bool joined = i < _parts.Count && behavior switch
            {
                SplitBehavior.Contiguous => _parts[i].Delimiter == _parts[i - 1].Delimiter,
                SplitBehavior.MergedWithPrevious => _parts[i].Delimiter && !_parts[i - 1].Delimiter,
                _ => _parts[i - 1].Delimiter && !_parts[i].Delimiter,
            };
            if (joined)
                continue;
            if (open < _parts.Count)
                Append(piece, _parts[open].Start, _parts[i - 1].End, output);
            open = i;
        }
    }

    private static void Append(in Piece piece, int start, int end, List<Piece> output)
    {
        if (end > start)
            output.Add(piece.Slice(start, end - start));
    }
}
