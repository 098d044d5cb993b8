using Tidar.Models.Transformers;

namespace Tidar.Decoding.Planning;

/// <summary>The rows of a pass to be measured, and those whose logits are asked for.</summary>
/// <param name="CleanRows">A chain of clean rows: a draft that is checked; at least 1.</param>
/// <param name="Blocks">Blocks of masks, one behind each of the first clean rows; those beyond their number stand behind the last one.</param>
/// <param name="Masks">Masks of a block.</param>
/// <param name="Logits">Rows whose logits are asked for: clean ones first, then the last masks. A chain is asked for its last rows.</param>
public sealed record StepLayout(int CleanRows, int Blocks, int Masks, int Logits)
{
    /// <summary>Rows.</summary>
    public int Slots => CleanRows + (Blocks * Masks);

    /// <summary>Positions that the rows take behind the cache.</summary>
    public int Positions => CleanRows + Masks;

    /// <summary>A chain of clean rows, as other engines batch them.</summary>
    public static StepLayout Chain(int rows, int logits) => new(rows, 0, 0, logits);

    /// <summary>TiDAR's fused step: K draft rows and a block of K masks for every outcome.</summary>
    public static StepLayout Fused(int draftLength, int logits) => new(draftLength, draftLength, draftLength, logits);

    /// <summary>Adds the rows behind what <paramref name="cache"/> holds.</summary>
    /// <param name="batch">Receives them.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="tokens">Tokens, [Slots].</param>
    public void AddTo(RowBatch batch, KeyValueCache cache, ReadOnlySpan<int> tokens)
    {
        int length = cache.Length;
        for (int i = 0; i < CleanRows; i++)
            batch.AddClean(cache, tokens[i], length + i);

        // Block j is drafted for the outcome that j draft tokens are accepted.
        for (int j = 1; j <= Blocks; j++)
        {
            int position = length + Math.Min(j, CleanRows);
            batch.AddBlock(cache, tokens.Slice(CleanRows + ((j - 1) * Masks), Masks), position, position, areMasks: true);
        }
    }

    /// <summary>The questions for logits, row numbers each: a chain asks once, for its last rows; a step with blocks for the clean rows, then for the block that comes true.</summary>
    public IReadOnlyList<int[]> Questions()
    {
        if (Blocks == 0)
            return [[.. Enumerable.Range(Slots - Logits, Logits)]];
        int first = Math.Min(Logits, CleanRows);
        return [[.. Enumerable.Range(0, first)], [.. Enumerable.Range(Slots - (Logits - first), Logits - first)]];
    }
}
