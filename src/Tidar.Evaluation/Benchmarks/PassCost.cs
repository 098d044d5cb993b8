using Tidar.Models.Configuration;
using Tidar.Models.Transformers;

namespace Tidar.Evaluation.Benchmarks;

/// <summary>What one forward pass has to read and to compute, whatever the machine.</summary>
/// <param name="Bytes">Packed weights and the keys and values that are seen, each once.</param>
/// <param name="LinearOperations">Operations of the linear layers and the LM head; a multiply-add counts as two.</param>
/// <param name="AttentionOperations">Operations of scores and weighted sums, counted alike.</param>
public readonly record struct PassCost(long Bytes, long LinearOperations, long AttentionOperations)
{
    /// <summary>All operations.</summary>
    public long Operations => LinearOperations + AttentionOperations;

    /// <summary>Two passes, one after the other.</summary>
    public static PassCost operator +(PassCost a, PassCost b) =>
        new(a.Bytes + b.Bytes, a.LinearOperations + b.LinearOperations, a.AttentionOperations + b.AttentionOperations);

    /// <summary>The cost of a pass over <paramref name="rows"/> with logits of some of them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">All rows of the pass.</param>
    /// <param name="logits">
    /// Numbers of the rows whose logits are asked for, in one list a question. The last layer is finished for these alone, and every question reads that
    /// layer's matrices and the LM head again, because the next question depends on the answer.
    /// </param>
    /// <param name="cache">The cache, for the size of a position.</param>
    public static PassCost Of(Transformer model, ReadOnlySpan<TokenRow> rows, IReadOnlyList<int[]> logits, KeyValueCache cache)
    {
        ModelConfig c = model.Config;
        long hidden = c.HiddenSize, project = hidden * (c.QueryWidth + (2 * c.KeyValueWidth));
        long finish = (hidden * c.QueryWidth) + (3 * hidden * c.IntermediateSize);
        long head = hidden * c.VocabularySize, before = ((long)c.LayerCount * project) + ((c.LayerCount - 1) * finish);
        long asked = logits.Sum(static q => (long)q.Length), questions = logits.Count(static q => q.Length > 0);

        // Weights of one format: bytes go by the number of weights.
        double bytesPerWeight = (double)model.WeightBytes / (before + finish + head);
        long slots = 0, longest = 0, ephemeral = 0, askedSlots = 0;
        foreach (TokenRow row in rows)
        {
            slots += row.PrefixLength + row.SpanLength;
            longest = Math.Max(longest, row.PrefixLength);
            ephemeral += row.IsClean ? 0 : 1;
        }

        foreach (int row in logits.SelectMany(static q => q))
            askedSlots += rows[row].PrefixLength + rows[row].SpanLength;
        double weights = bytesPerWeight * (before + (questions * (finish + head)));
        double keysAndValues = (double)cache.Bytes / cache.Capacity * (longest + ephemeral);
        return new PassCost(
            (long)(weights + keysAndValues),
            2 * ((rows.Length * before) + (asked * (finish + head))),
            4L * c.QueryWidth * (((c.LayerCount - 1) * slots) + askedSlots));
    }
}
