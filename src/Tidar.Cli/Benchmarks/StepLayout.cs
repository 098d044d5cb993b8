using Tidar.Cli.Hosting;
using Tidar.Models.Transformers;

namespace Tidar.Cli.Benchmarks;

/// <summary>The rows of a measured step, and those whose logits are asked for.</summary>
/// <param name="Slots">Rows.</param>
/// <param name="DraftLength">K of TiDAR's fused step: K draft rows and K mask blocks of K; 0 for a chain of clean rows, as other engines batch them.</param>
/// <param name="Logits">Rows whose logits are asked for.</param>
internal sealed record StepLayout(int Slots, int DraftLength, int Logits)
{
    /// <summary>A decoding step asks for at most this many logits unless told otherwise: 2K of the trained K = 8.</summary>
    public const int DefaultLogits = 16;

    /// <summary>Positions that the rows take behind the cache.</summary>
    public int Positions => DraftLength == 0 ? Slots : 2 * DraftLength;

    /// <summary>The layout of that many slots.</summary>
    /// <param name="slots">Rows.</param>
    /// <param name="tidar">Whether they are TiDAR's fused step.</param>
    /// <param name="logits">Rows whose logits are asked for; null for the default.</param>
    /// <exception cref="CommandLineException">The fused step has no such number of rows, or fewer rows than logits.</exception>
    public static StepLayout Create(int slots, bool tidar, int? logits)
    {
        if (logits > slots)
            throw new CommandLineException($"--logits: expected at most {slots}, the number of slots, found {logits}");
        // One row is a chain of one in either: what a step is compared with.
        if (!tidar || slots == 1)
            return new StepLayout(slots, 0, logits ?? Math.Min(slots, DefaultLogits));
        int k = (int)Math.Sqrt(slots);
        if ((k * k) + k != slots)
            throw new CommandLineException($"--slots: expected 1 or K + K² rows for --layout tidar, such as 20, 72 or 272, found {slots}");
        return new StepLayout(slots, k, logits ?? 2 * k);
    }

    /// <summary>Adds the rows behind what <paramref name="cache"/> holds.</summary>
    public void AddTo(RowBatch batch, KeyValueCache cache, ReadOnlySpan<int> tokens)
    {
        int length = cache.Length, k = DraftLength == 0 ? Slots : DraftLength;
        for (int i = 0; i < k; i++)
            batch.AddClean(cache, tokens[i], length + i);

        // Block j is drafted for the outcome that j draft tokens are accepted.
        for (int j = 1; j <= DraftLength; j++)
            batch.AddBlock(cache, tokens.Slice(j * k, k), length + j, length + j, areMasks: true);
    }

    /// <summary>The questions for logits: a chain asks once, for its last rows; TiDAR's step for the draft rows, then for the block that comes true.</summary>
    public IReadOnlyList<int[]> Questions()
    {
        if (DraftLength == 0)
            return [[.. Enumerable.Range(Slots - Logits, Logits)]];
        int first = Math.Min(Logits, DraftLength);
        return [[.. Enumerable.Range(0, first)], [.. Enumerable.Range(Slots - (Logits - first), Logits - first)]];
    }
}
