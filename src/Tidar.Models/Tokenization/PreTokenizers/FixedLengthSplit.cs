using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary><c>FixedLength</c>: pieces of a fixed number of code points.</summary>
internal sealed class FixedLengthSplit(int length) : PreTokenizer
{
    public override void Split(in Piece piece, List<Piece> output)
    {
        ReadOnlySpan<char> text = piece.Span;
        for (int start = 0, end = 0; start < text.Length; start = end)
        {
            for (int count = 0; count < length && end < text.Length; count++)
            {
                _ = CodePoints.At(text, end, out int units);
                end += units;
            }

            output.Add(piece.Slice(start, end - start));
        }
    }
}
