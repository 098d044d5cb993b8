using Tidar.Models.Tokenization.Patterns;

namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary><c>Split</c>: delimiters are the matches of a pattern, or with <paramref name="invert"/> what lies between them.</summary>
internal sealed class PatternSplit(Pattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override void Split(in Piece piece, List<Piece> output)
    {
        PieceSplitter splitter = PieceSplitter.Rent(invert);
        pattern.FindAll(piece.Span, splitter, static (s, start, end) => s.Add(start, end));
        splitter.Finish(piece, behavior, output);
    }
}
