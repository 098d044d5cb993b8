using Tidar.Decoding.Engine;
using Tidar.Decoding.Sampling;
using Tidar.Models;
using Tidar.Models.Transformers;

namespace Tidar.Decoding.Scoring;

/// <summary>
/// What a model makes of given tokens, by one causal pass: TiDAR's likelihood is that of any AR model (tidar.md section 4). Not thread-safe, as the model
/// is not.
/// </summary>
/// <param name="model">The model.</param>
public sealed class SequenceScorer(ILanguageModel model)
{
    // Logits of so many rows are held at a time.
    private const int LogitRows = 32;

    private readonly int _vocabulary = model.Config.VocabularySize;
    private readonly RowBatch _batch = new();
    private readonly LogProbabilityRow _row = new(model.Config.VocabularySize);
    private float[] _logits = [];

    private delegate void RowVisitor(int row, Span<float> logits);

    /// <summary>Log-probabilities of the tokens, each given those before it.</summary>
    /// <exception cref="InvalidInputException">There is no token, an id is outside the vocabulary, or the tokens are more than the context.</exception>
    public SequenceScore Score(ReadOnlySpan<int> ids, CancellationToken cancellation = default)
    {
        int[] tokens = ids.ToArray();
        double?[] logProbabilities = new double?[tokens.Length];
        void Take(int row, Span<float> logits)
        {
            _row.Set(logits);
            logProbabilities[row + 1] = _row.Of(tokens[row + 1]);
        }

        Visit(tokens, 0, tokens.Length - 1, Take, cancellation);
        return new SequenceScore(tokens, logProbabilities);
    }

    /// <summary>
    /// Perplexity over non-overlapping windows, each on its own; the first token of a window is not predicted. A last window of one token predicts nothing.
    /// </summary>
    /// <param name="ids">The text.</param>
    /// <param name="window">Tokens of a window, at least 2, at most the context.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <exception cref="InvalidInputException">
    /// The window does not fit the context, an id is outside the vocabulary, or there are fewer than two tokens.
    /// </exception>
    public PerplexityScore Perplexity(ReadOnlySpan<int> ids, int window, CancellationToken cancellation = default)
    {
        PerplexityWindows.Check(ids.Length, window, model.Config.MaxPositions);
        return PerplexityWindows.Score(ids, window, (part, _) => ScoreBehind(part, 1, cancellation));
    }

    /// <summary>Log-likelihood of what is behind the first <paramref name="given"/> tokens, at least one.</summary>
    internal Likelihood ScoreBehind(ReadOnlySpan<int> ids, int given, CancellationToken cancellation)
    {
        double sum = 0;
        foreach (double? value in Score(ids, cancellation).LogProbabilities.Skip(given))
            sum += value ?? 0;
        return new Likelihood(StrategyKind.Autoregressive, ids.Length - given, sum, StandardError: 0, Samples: 0, Passes: 1);
    }

    /// <summary>The most likely next token after every token, the lowest id among equals.</summary>
    /// <exception cref="InvalidInputException">As for <see cref="Score"/>.</exception>
    public int[] ArgMax(ReadOnlySpan<int> ids, CancellationToken cancellation = default)
    {
        int[] best = new int[ids.Length];
        Visit(ids.ToArray(), 0, ids.Length, (row, logits) => best[row] = LogitsPipeline.Best(logits), cancellation);
        return best;
    }

    /// <summary>Raw logits [V] after the last token.</summary>
    /// <exception cref="InvalidInputException">As for <see cref="Score"/>.</exception>
    public float[] LastLogits(ReadOnlySpan<int> ids, CancellationToken cancellation = default)
    {
        float[] last = [];
        Visit(ids.ToArray(), ids.Length - 1, ids.Length, (_, logits) => last = logits.ToArray(), cancellation);
        return last;
    }

    // Feeds the tokens in chunks and shows the logits of rows first … end-1.
    private void Visit(int[] ids, int first, int end, RowVisitor visit, CancellationToken cancellation)
    {
        if (ids.Length == 0)
            throw new InvalidInputException("prompt", null, "at least one token", "none");
        if (ids.Length > model.Config.MaxPositions)
            throw new InvalidInputException("prompt", "length", $"at most {model.Config.MaxPositions} tokens (the model's context)", $"{ids.Length}");
        using KeyValueCache cache = model.CreateCache(ids.Length);
        for (int start = 0; start < ids.Length; start += DecodingEngine.DefaultPrefillRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int stop = Math.Min(start + DecodingEngine.DefaultPrefillRows, ids.Length);
            _batch.Clear();
            for (int i = start; i < stop; i++)
                _batch.AddClean(cache, ids[i], i);
            model.Forward(_batch);
            cache.Length = stop;
            for (int row = Math.Max(first, start); row < Math.Min(end, stop); row += LogitRows)
                ShowRows(row, Math.Min(row + LogitRows, Math.Min(end, stop)), start, visit);
        }
    }

    private void ShowRows(int first, int end, int passStart, RowVisitor visit)
    {
        Span<int> rows = stackalloc int[LogitRows];
        rows = rows[..(end - first)];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = first + i - passStart;
        int size = rows.Length * _vocabulary;
        if (_logits.Length < size)
            _logits = new float[size];
        model.Logits(rows, _logits.AsSpan(0, size));
        for (int i = 0; i < rows.Length; i++)
            visit(first + i, _logits.AsSpan(i * _vocabulary, _vocabulary));
    }
}
