using Tidar.Decoding.Sequences;
using Tidar.Models.Selectors;

namespace Tidar.Decoding.Strategies.Speculative;

/// <summary>
/// Prompt lookup (Saxena 2023; "n-gram speculation" elsewhere): looks for the end of the text further back in prompt and text, the longest one that is there and its latest place, and guesses that
/// it goes on as it did then. A continuation that reaches the end of the text goes on with itself, so that a repetition is guessed to whatever length.
/// </summary>
/// <param name="sequence">The sequence.</param>
/// <param name="ngram">Most tokens to look for.</param>
/// <param name="longest">Most tokens of a draft.</param>
internal sealed class NGramDrafter(TokenSequence sequence, int ngram, int longest) : IDrafter
{
    private readonly int[] _draft = new int[longest];

    /// <inheritdoc/>
    public int Longest => longest;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Draft()
    {
        ReadOnlySpan<int> text = sequence.Tokens;
        int next = Continuation(text), count = next < 0 ? 0 : Math.Min(longest, sequence.DraftRoom);
        for (int i = 0; i < count; i++, next++)
            _draft[i] = next < text.Length ? text[next] : _draft[next - text.Length];
        return _draft.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Probabilities(int slot) => [];

    // Index of the token behind the latest of the longest matches; -1 where not even the last token occurred before.
    private int Continuation(ReadOnlySpan<int> text)
    {
        int best = 0, continuation = -1;
        for (int end = text.Length - 1; end > 0 && best < ngram; end--)
        {
            int same = CopyMatches.Length(text, end, ngram);
            if (same > best)
                (best, continuation) = (same, end);
        }

        return continuation;
    }
}
