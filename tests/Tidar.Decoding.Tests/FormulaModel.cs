using System.Runtime.CompilerServices;
using Tidar.Models.Configuration;
using Tidar.Models.Selectors;
using Tidar.Models.Transformers;
using Tidar.Tests;

namespace Tidar.Decoding.Tests;

/// <summary>
/// A language model without weights: the logits of a clean row are a formula of the tokens it sees, and a mask row guesses by walking the same formula from its
/// prefix, with mistakes. Fast enough for thousands of texts; it also checks that every row sees what the method says.
/// </summary>
internal sealed class FormulaModel : ILanguageModel
{
    private readonly Func<ReadOnlyMemory<int>, int, float> _logit;
    private readonly ConditionalWeakTable<KeyValueCache, int[]> _tokens = [];
    private readonly List<TokenRow> _rows = [];
    private readonly List<int[]> _caches = [];

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">V; the last id is the mask token.</param>
    /// <param name="logit">Logit of a token after the given tokens.</param>
    /// <param name="draftLength">K of the training record.</param>
    /// <param name="maxPositions">Context.</param>
    /// <param name="eos">End tokens.</param>
    public FormulaModel(int vocabulary, Func<ReadOnlyMemory<int>, int, float> logit, int draftLength = 8, int maxPositions = 4096, params int[] eos)
    {
        _logit = logit;
        Config = RandomModel.Config(vocabulary: vocabulary, layers: 1, draftLength: draftLength, maxPositions: maxPositions) with { EosTokenIds = eos };
    }

    /// <summary>A model whose next token hangs on the last three; every third guess of a mask row is wrong.</summary>
    public static FormulaModel Hashed(int vocabulary, int seed, int maxPositions = 4096, params int[] eos) => Hashed(vocabulary, seed, false, maxPositions, eos);

    /// <summary>The same, with mask rows that prefer runners-up if wanted.</summary>
    public static FormulaModel Hashed(int vocabulary, int seed, bool prefersRunnersUp, int maxPositions = 4096, params int[] eos) => new(
        vocabulary,
        (tokens, token) =>
        {
            ReadOnlySpan<int> seen = tokens.Span;
            uint h = (uint)seed;
            foreach (int t in seen[Math.Max(0, seen.Length - 3)..])
                h = (h ^ (uint)t) * 0x9E3779B1 ^ (h >> 13);
            h = (h ^ ((uint)token * 0x85EBCA6B)) * 0xC2B2AE35;
            h = (h ^ (h >> 15)) * 0x2C1B3C6D;
            return ((h >> 8) / (float)(1 << 24) * 8) - 4;
        },
        maxPositions: maxPositions,
        eos: eos)
    {
        PrefersRunnersUp = prefersRunnersUp,
    };

    /// <summary>A model that thinks much like this one, as a draft model does: its logits are this one's and up to <paramref name="strength"/> more.</summary>
    public FormulaModel Disturbed(int seed, float strength = 2, int maxPositions = 4096)
    {
        FormulaModel noise = Hashed(Config.VocabularySize, seed);
        return new FormulaModel(Config.VocabularySize, (tokens, token) => _logit(tokens, token) + (strength * (noise._logit(tokens, token) + 4) / 8), maxPositions: maxPositions);
    }

    /// <summary>A selector that changes drafts now and then, over random embeddings.</summary>
    public static PathSelector RandomSelector(ModelConfig config, int seed) => new(
        Tidar.Tests.RandomSelector.Create(config.HiddenSize, seed, candidates: 2 + (seed % 20), scale: 0.4f),
        RandomModel.Tensors(config, seed).First(static t => t.Name == "model.embed_tokens.weight"));

    public ModelConfig Config { get; set; }

    public PathSelector? Selector { get; set; }

    /// <summary>Whether a mask row is wrong in another way: it knows the greedy continuation, but takes its runner-up for the best at every third position.</summary>
    public bool PrefersRunnersUp { get; init; }

    /// <summary>Logit of a token after the given tokens.</summary>
    public float Logit(ReadOnlyMemory<int> tokens, int token) => _logit(tokens, token);

    /// <summary>Passes so far.</summary>
    public int Passes { get; private set; }

    /// <summary>Largest number of rows in a pass so far.</summary>
    public int LargestPass { get; private set; }

    /// <summary>Rows whose logits were asked for so far.</summary>
    public int LogitRows { get; private set; }

    public KeyValueCache CreateCache(int capacity) => new(Config, capacity);

    public void Forward(RowBatch batch)
    {
        _rows.Clear();
        _rows.AddRange(batch.Rows);
        Passes++;
        LargestPass = Math.Max(LargestPass, batch.Count);
        _caches.Clear();
        foreach (KeyValueCache cache in batch.Caches)
            _caches.Add(_tokens.GetValue(cache, _ => new int[Config.MaxPositions]));
        foreach (TokenRow row in _rows)
        {
            if (row.IsClean)
                _caches[row.Sequence][row.Position] = row.Token;
        }
    }

    public void Logits(ReadOnlySpan<int> rows, Span<float> logits)
    {
        int v = Config.VocabularySize;
        LogitRows += rows.Length;
        for (int i = 0; i < rows.Length; i++)
        {
            TokenRow row = _rows[rows[i]];
            ReadOnlyMemory<int> seen = Seen(row);
            if (!row.IsClean && !IsBranch(row))
                seen = Guess(seen, row.IsMask ? row.MaskSlot : row.Ephemeral - row.SpanStart);
            for (int token = 0; token < v; token++)
                logits[(i * v) + token] = _logit(seen, token);
            if (row.IsMask && PrefersRunnersUp && row.Position % 3 == 0)
                SwapBestTwo(logits.Slice(i * v, v - 1));
        }
    }

    public void Top(ReadOnlySpan<int> rows, int excluded, int count, Span<int> tokens, Span<float> logits)
    {
        int v = Config.VocabularySize;
        float[] all = new float[rows.Length * v];
        Logits(rows, all);
        for (int i = 0; i < rows.Length; i++)
        {
            float[] row = all[(i * v)..((i + 1) * v)];
            int[] order = [.. Enumerable.Range(0, v).Where(t => t != excluded).OrderByDescending(t => row[t])];
            for (int c = 0; c < count; c++)
                (tokens[(i * count) + c], logits[(i * count) + c]) = c < order.Length ? (order[c], row[order[c]]) : (-1, float.NegativeInfinity);
        }
    }

    // Something that differs from row to row, and hangs on nothing else than what the row sees.
    public void HiddenStates(ReadOnlySpan<int> rows, Span<float> states)
    {
        int width = Config.HiddenSize;
        for (int i = 0; i < rows.Length; i++)
        {
            TokenRow row = _rows[rows[i]];
            Random random = new(row.Position + (1000 * _caches[row.Sequence][Math.Max(0, row.PrefixLength - 1)]));
            for (int k = 0; k < width; k++)
                states[(i * width) + k] = random.NextSingle() - 0.5f;
        }
    }

    public void Keep(int row, KeyValueCache cache) => _tokens.GetValue(cache, _ => new int[Config.MaxPositions])[_rows[row].Position] = _rows[row].Token;

    private static void SwapBestTwo(Span<float> logits)
    {
        float[] row = logits.ToArray();
        int[] order = [.. Enumerable.Range(0, row.Length).OrderByDescending(t => row[t]).Take(2)];
        (logits[order[0]], logits[order[1]]) = (row[order[1]], row[order[0]]);
    }

    // A known token that sees its span up to itself.
    private bool IsBranch(TokenRow row) => !row.IsMask && row.Token != Config.VocabularySize - 1 && row.SpanLength == row.Ephemeral - row.SpanStart + 1;

    // The tokens that a row builds on: its prefix, and the branch that it belongs to or stands behind.
    private ReadOnlyMemory<int> Seen(TokenRow row)
    {
        ReadOnlyMemory<int> prefix = _caches[row.Sequence].AsMemory(0, row.PrefixLength);
        if (row.IsClean)
            return prefix;
        int[] span = [.. _rows.Where(r => !r.IsClean && (row.IsMask || IsBranch(row)) && IsBranch(r) && r.Ephemeral >= row.SpanStart && r.Ephemeral < row.SpanStart + row.SpanLength).Select(static r => r.Token)];
        return span.Length == 0 ? prefix : (int[])[.. prefix.Span, .. span];
    }

    // The prefix continued greedily, except that every third position is guessed wrongly.
    private ReadOnlyMemory<int> Guess(ReadOnlyMemory<int> prefix, int slot)
    {
        List<int> tokens = [.. prefix.Span];
        for (int i = 0; i < slot; i++)
        {
            int[] order = [.. Enumerable.Range(0, Config.VocabularySize - 1).OrderByDescending(t => _logit(tokens.ToArray(), t)).Take(2)];
            tokens.Add(!PrefersRunnersUp && tokens.Count % 3 == 0 ? order[^1] : order[0]);
        }

        return tokens.ToArray();
    }
}
