using Tidar.Models.Tokenization;

namespace Tidar.Decoding.Sequences;

/// <summary>When a text ends by itself: end-of-sequence ids, stop strings, the most tokens asked for.</summary>
/// <param name="eosTokenIds">Every end-of-sequence id; empty where they are to be ignored.</param>
/// <param name="maxTokens">Most generated tokens, the end token included.</param>
/// <param name="detokenizer">Turns tokens into text; null where only ids are wanted.</param>
/// <param name="stopStrings">Strings that end the text.</param>
internal sealed class StopConditions(IReadOnlyList<int> eosTokenIds, int maxTokens, StreamingDetokenizer? detokenizer, IReadOnlyList<string> stopStrings)
{
    private int _count;

    /// <summary>The text; null where only ids are wanted.</summary>
    public StoppableText? Text { get; } = detokenizer is null ? null : new StoppableText(stopStrings);

    /// <summary>Tokens that may still come.</summary>
    public int Remaining => maxTokens - _count;

    /// <summary>Takes the next token.</summary>
    /// <returns>Why the text ends with it, or null.</returns>
    public FinishReason? Accept(int token)
    {
        _count++;
        for (int i = 0; i < eosTokenIds.Count; i++)
        {
            if (eosTokenIds[i] == token)
                return FinishReason.Eos;
        }

        if (detokenizer is not null && Text!.Append(detokenizer.Append(token)))
            return FinishReason.Stop;
        return _count >= maxTokens ? FinishReason.Length : null;
    }

    /// <summary>No token will follow: releases text that was held back.</summary>
    public void Complete() => Text?.Complete(detokenizer!.Flush());
}
