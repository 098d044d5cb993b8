using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Bpe;

/// <summary>
/// Finds places in a piece that no merge can cross, so that a text without pre-tokenization (SentencePiece models) can be encoded, and cached,
/// word by word. A merge joins two tokens; between them stand the last character of one and the first of the other. Where two neighbouring
/// characters are both in the vocabulary and no merge has that pair at its seam, both sides are independent, whatever the ranks.
/// </summary>
internal sealed class PieceCutter
{
    private readonly PairTable _seams;
    private readonly CodePointSet _known;

    private PieceCutter(PairTable seams, CodePointSet known)
    {
        _seams = seams;
        _known = known;
    }

    /// <summary>A cutter for a model on characters without affixes; null where cutting could change ids.</summary>
    public static PieceCutter? Create(Dictionary<string, int> vocabulary, IReadOnlyCollection<(string Left, string Right)> merges, BpeOptions options)
    {
        if (options.ReadsBytes || options.Prefix.Length > 0 || options.Suffix.Length > 0)
            return null;
        var seams = new PairTable(merges.Count);
        foreach ((string left, string right) in merges)
        {
            if (left.Length == 0 || right.Length == 0)
                return null;

            // A byte token or the unknown token can be a symbol of its own: what it borders on is not its own spelling.
            if (IsSpecialSymbol(left, options) || IsSpecialSymbol(right, options))
                return null;
            seams.Set(CodePoints.Before(left, left.Length, out _), CodePoints.At(right, 0, out _), 0, 0);
        }

        IEnumerable<int> known = vocabulary.Keys.Where(static t => t.Length > 0 && t.Length <= 2)
            .Where(static t => { _ = CodePoints.At(t, 0, out int length); return length == t.Length; })
            .Select(static t => CodePoints.At(t, 0, out _));
        return new PieceCutter(seams, CodePointSet.Of(known));
    }

    /// <summary>The length of the longest start of <paramref name="piece"/> that ends at the first possible cut.</summary>
    public int NextCut(ReadOnlySpan<char> piece)
    {
        int previous = CodePoints.At(piece, 0, out int at);
        bool previousKnown = _known.Contains(previous);
        while (at < piece.Length)
        {
            int next = CodePoints.At(piece, at, out int length);
            bool known = _known.Contains(next);
            if (previousKnown && known && !_seams.TryGet(previous, next, out _, out _))
                return at;
            (previous, previousKnown) = (next, known);
            at += length;
        }

        return at;
    }

    private static bool IsSpecialSymbol(string token, BpeOptions options) =>
        token == options.UnknownToken
        || (options.ByteFallback && token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>');
}
