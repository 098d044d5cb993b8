using Tidar.Models;

namespace Tidar.Decoding.Scoring;

/// <summary>Cuts a text into windows that do not overlap and scores each on its own, its first token given.</summary>
internal static class PerplexityWindows
{
    /// <summary>Likelihood of a window's tokens behind its first.</summary>
    public delegate Likelihood Scorer(ReadOnlySpan<int> window, int index);

    /// <summary>Checks a text and the length of its windows.</summary>
    /// <exception cref="InvalidInputException">The window does not fit the context, or there are fewer than two tokens.</exception>
    public static void Check(int tokens, int window, int context)
    {
        if (window < 2 || window > context)
            throw new InvalidInputException("score", "window", $"2 to {context} tokens (the model's context)", $"{window}");
        if (tokens < 2)
            throw new InvalidInputException("score", "text", "at least two tokens", $"{tokens}");
    }

    /// <summary>Scores all windows. A last window of one token predicts nothing.</summary>
    public static PerplexityScore Score(ReadOnlySpan<int> ids, int window, Scorer score)
    {
        double sum = 0;
        double? variance = 0;
        int predicted = 0, windows = 0, passes = 0, samples = 0;
        for (int start = 0; start < ids.Length; start += window, windows++)
        {
            int length = Math.Min(window, ids.Length - start);
            if (length == 1)
                continue;
            Likelihood part = score(ids.Slice(start, length), windows);
            sum += part.Value;
            variance += part.StandardError * part.StandardError;
            predicted += part.Tokens;
            passes += part.Passes;
            samples = Math.Max(samples, part.Samples);
        }

        return new PerplexityScore(ids.Length, predicted, -sum / predicted, windows)
        {
            StandardError = variance is { } square ? Math.Sqrt(square) / predicted : null, Passes = passes, Samples = samples,
        };
    }
}
