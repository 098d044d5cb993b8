using Tidar.Models.Tokenization.Patterns;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.PreTokenizers;

/// <summary>
/// <c>ByteLevel</c>: an optional leading space, GPT-2's split, and the mapping of the UTF-8 bytes to the byte alphabet.
/// As the last step it leaves the mapping to the model, which then reads bytes from the original text.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex, bool mapBytes) : PreTokenizer
{
    /// <summary>GPT-2's pattern.</summary>
    public const string Gpt2Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly PatternSplit Gpt2Split = new(Pattern.Regex(Gpt2Expression), SplitBehavior.Isolated, invert: false);

    /// <summary>The same step with the mapping left to the model.</summary>
    public ByteLevelPreTokenizer WithoutMapping() => new(addPrefixSpace, useRegex, mapBytes: false);

    public override void Split(in Piece piece, List<Piece> output)
    {
        Piece source = piece;
        if (addPrefixSpace && (piece.Length == 0 || piece.Span[0] != ' '))
            source = new Piece(string.Concat(" ", piece.Span), 0, piece.Length + 1, piece.Opening > 0 ? piece.Opening + 1 : 0);
        int first = output.Count;
        if (useRegex)
            Gpt2Split.Split(source, output);
        else if (source.Length > 0)
            output.Add(source);
        for (int i = first; mapBytes && i < output.Count; i++)
        {
            string mapped = ByteAlphabet.Encode(output[i].Span);
            int opening = Math.Min(output[i].Opening, output[i].Length);
            output[i] = new Piece(mapped, 0, mapped.Length, ByteAlphabet.Encode(output[i].Span[..opening]).Length);
        }
    }
}
