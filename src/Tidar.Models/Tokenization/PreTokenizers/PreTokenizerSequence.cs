namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>Several pre-tokenizers, each splitting the pieces of the one before.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    /// <summary>The parts, for the reader that looks whether the last one maps to bytes.</summary>
    public IReadOnlyList<PreTokenizer> Steps => steps;

    public override void Split(in Piece piece, List<Piece> output)
    {
        if (steps.Count == 1)
        {
            steps[0].Split(piece, output);
            return;
        }

        var pieces = new List<Piece> { piece };
        for (int i = 0; i < steps.Count; i++)
        {
            List<Piece> next = i == steps.Count - 1 ? output : new List<Piece>(pieces.Count * 2);
            foreach (Piece p in pieces)
                steps[i].Split(p, next);
            pieces = next;
        }

        if (steps.Count == 0)
            output.Add(piece);
    }
}
