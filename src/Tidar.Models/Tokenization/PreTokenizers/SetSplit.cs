using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>Delimiters are single code points of a set (<c>Digits</c>, <c>WhitespaceSplit</c>, <c>Punctuation</c>, <c>CharDelimiterSplit</c>).</summary>
internal sealed class SetSplit(CodePointSet delimiters, SplitBehavior behavior) : PreTokenizer
{
    public override void Split(in Piece piece, List<Piece> output)
    {
        PieceSplitter splitter = PieceSplitter.Rent(invert: false);
        ReadOnlySpan<char> text = piece.Span;
        for (int i = 0; i < text.Length;)
        {
            int point = CodePoints.At(text, i, out int length);
            if (delimiters.Contains(point))
                splitter.Add(i, i + length);
            i += length;
        }

        splitter.Finish(piece, behavior, output);
    }
}
