using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Attention;

/// <summary>
/// The backward pass of <see cref="PrefixSpanAttention"/>. Nothing is kept from the forward pass but queries, keys and values: weights are computed again, tile
/// by tile. One document and one key/value head are one item of work whose tiles run in order, so the result does not depend on the number of threads.
/// </summary>
public sealed unsafe class PrefixSpanAttentionGradient : IDisposable
{
    private AlignedBuffer<float>[] _scratch = [];

    /// <summary>Creates the kernel for one shape.</summary>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyValueHeads">Key/value heads; divides <paramref name="heads"/>.</param>
    /// <param name="headDimension">Width of a head.</param>
    public PrefixSpanAttentionGradient(int heads, int keyValueHeads, int headDimension)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(heads % keyValueHeads, 0, nameof(keyValueHeads));
        Heads = heads;
        Groups = keyValueHeads;
        HeadDimension = headDimension;
        Scale = 1 / MathF.Sqrt(headDimension);
    }

    internal int Heads { get; }

    internal int Groups { get; }

    internal int HeadDimension { get; }

    internal float Scale { get; }

    internal int HeadsPerGroup => Heads / Groups;

    internal int RowWidth => (Heads + (2 * Groups)) * HeadDimension;

    /// <summary>Computes the gradients of all queries, keys and values.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="documents">What belongs together; every row is in exactly one.</param>
    /// <param name="rows">What each row sees, [clean rows, then span rows].</param>
    /// <param name="cleanRows">Number of clean rows.</param>
    /// <param name="states">Rotated [query, key, value] of every row, [rows, (heads + 2 · key/value heads) · head_dim].</param>
    /// <param name="outputGradient">Gradient of the attention's output, [rows, heads · head_dim].</param>
    /// <param name="clean">
    /// Keys and values of the clean rows, and the same with their roles exchanged: one pair for all documents, or one for each, frozen (no clean rows).
    /// </param>
    /// <param name="span">Keys and values of the span rows, and the same with their roles exchanged.</param>
    /// <param name="gradient">Receives the gradient of <paramref name="states"/>.</param>
    public void Run(
        WorkerTeam team,
        ReadOnlySpan<AttentionDocument> documents,
        ReadOnlySpan<AttentionRow> rows,
        int cleanRows,
        ReadOnlySpan<float> states,
        ReadOnlySpan<float> outputGradient,
        ReadOnlySpan<StorePair> clean,
        StorePair span,
        Span<float> gradient)
    {
        if (clean.Length != 1)
            ArgumentOutOfRangeException.ThrowIfNotEqual(clean.Length, documents.Length, nameof(clean));
        ArgumentOutOfRangeException.ThrowIfLessThan(states.Length, rows.Length * RowWidth, nameof(states));
        ArgumentOutOfRangeException.ThrowIfLessThan(gradient.Length, rows.Length * RowWidth, nameof(gradient));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputGradient.Length, rows.Length * Heads * HeadDimension, nameof(outputGradient));
        int mostClean = 0, mostSpan = 0, longestSpan = 0, longestPrefix = 0;
        foreach (AttentionDocument document in documents)
        {
            mostClean = Math.Max(mostClean, document.CleanCount);
            mostSpan = Math.Max(mostSpan, document.SpanCount);
        }

        foreach (AttentionRow row in rows)
        {
            longestSpan = Math.Max(longestSpan, row.SpanLength);
            longestPrefix = Math.Max(longestPrefix, row.PrefixLength);
        }

        GradientScratch layout = new(this, mostClean, Math.Max(mostClean, longestPrefix), mostSpan, longestSpan);
        Reserve(team.Threads, layout.Length);
        fixed (float* s = states, o = outputGradient, g = gradient)
        fixed (AttentionRow* r = rows)
        {
            Job job = new(this, layout, documents, r, cleanRows, s, o, clean, span, g);
            team.Run(ref job, documents.Length * Groups);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AlignedBuffer<float> buffer in _scratch)
            buffer.Dispose();
    }

    private void Reserve(int threads, long needed)
    {
        if (_scratch.Length >= threads && _scratch[0].Length >= needed)
            return;
        Dispose();
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer<float>(needed + (needed / 4)))];
    }

    private readonly ref struct Job(
        PrefixSpanAttentionGradient kernel,
        GradientScratch layout,
        ReadOnlySpan<AttentionDocument> documents,
        AttentionRow* rows,
        int cleanRows,
        float* states,
        float* outputGradient,
        ReadOnlySpan<StorePair> clean,
        StorePair span,
        float* gradient) : IJob
    {
        private readonly ReadOnlySpan<StorePair> _clean = clean;
        private readonly ReadOnlySpan<AttentionDocument> _documents = documents;
        private readonly AttentionRow* _rows = rows;
        private readonly float* _states = states;
        private readonly float* _outputGradient = outputGradient;
        private readonly float* _gradient = gradient;

        public void Execute(int item, int worker)
        {
            AttentionDocument document = _documents[item / kernel.Groups];
            StorePair prefix = _clean[_clean.Length == 1 ? 0 : item / kernel.Groups];
            GradientTile tile = new(kernel, layout, kernel._scratch[worker].Pointer, document, item % kernel.Groups, prefix, span);
            tile.Clear();
            Sweep(ref tile, document.CleanStart, document.CleanCount);
            Sweep(ref tile, cleanRows + document.SpanStart, document.SpanCount);
            tile.StoreKeyValues(_gradient, cleanRows);
        }

        private void Sweep(ref GradientTile tile, int firstRow, int count)
        {
            for (int i = 0; i < count; i += layout.TileRows)
            {
                int row = firstRow + i;
                tile.Run(new ReadOnlySpan<AttentionRow>(_rows + row, Math.Min(layout.TileRows, count - i)), row, _states, _outputGradient, _gradient);
            }
        }
    }
}
