namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary><c>Metaspace</c>: spaces become a visible character, which may be put in front, and may begin a new piece each time.</summary>
internal sealed class MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly PatternSplit _split = new(Patterns.Pattern.Literal(replacement), SplitBehavior.MergedWithNext, invert: false);

    public override void Split(in Piece piece, List<Piece> output)
    {
        string text = piece.Span.ToString().Replace(" ", replacement, StringComparison.Ordinal);
        bool prepend = scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.Opening > 0);
        if (prepend && !text.StartsWith(replacement, StringComparison.Ordinal))
            text = replacement + text;
        var whole = new Piece(text, 0, text.Length, piece.Opening > 0 ? piece.Opening + text.Length - piece.Length : 0);
        if (split)
            _split.Split(whole, output);
        else if (text.Length > 0)
            output.Add(whole);
    }
}
