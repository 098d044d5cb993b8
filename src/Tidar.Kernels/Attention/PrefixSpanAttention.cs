using System.Runtime.InteropServices;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Attention;

/// <summary>
/// Softmax attention of rows over "prefix + one span", grouped-query. For a row, the visible slots form one sequence, prefix first and span after it; scores,
/// their
/// sum and the weighted sum of values all run in that order, each value dimension as one serial chain. So a row's bits do not depend on which rows
/// are computed beside it, nor on whether a key lies in the clean store or in the span: a draft verified in place, in a span, or
/// decoded one by one gives the same result.
/// </summary>
public sealed unsafe class PrefixSpanAttention : IDisposable
{
    private readonly int _heads;
    private readonly int _groups;
    private readonly int _headDimension;
    private readonly float _scale;
    private AlignedBuffer<float>[] _scratch = [];

    /// <summary>Creates the kernel for one shape.</summary>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyValueHeads">Key/value heads; divides <paramref name="heads"/>.</param>
    /// <param name="headDimension">Width of a head; scores are scaled by 1/sqrt of it.</param>
    public PrefixSpanAttention(int heads, int keyValueHeads, int headDimension)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(heads % keyValueHeads, 0, nameof(keyValueHeads));
        _heads = heads;
        _groups = keyValueHeads;
        _headDimension = headDimension;
        _scale = 1 / MathF.Sqrt(headDimension);
    }

    private int HeadsPerGroup => _heads / _groups;

    private int PaddedHead => Panel.Count(_headDimension) * Panel.Width;

    /// <summary>Computes the rows of all <paramref name="tiles"/>.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="query">Rotated queries: row r starts at r · <paramref name="queryStride"/> and holds [heads, head_dim].</param>
    /// <param name="queryStride">Elements between rows of <paramref name="query"/>.</param>
    /// <param name="rows">What each row sees, [rows].</param>
    /// <param name="tiles">The rows to compute, cut by <see cref="AttentionTile.Cut"/>.</param>
    /// <param name="stores">Clean stores, indexed by the tiles.</param>
    /// <param name="span">The ephemeral store.</param>
    /// <param name="output">Result [rows, heads · head_dim].</param>
    public void Run(
        WorkerTeam team,
        ReadOnlySpan<float> query,
        int queryStride,
        ReadOnlySpan<AttentionRow> rows,
        List<AttentionTile> tiles,
        ReadOnlySpan<KeyValueStore> stores,
        KeyValueStore span,
        Span<float> output)
    {
        int widest = 0, mostRows = 0;
        foreach (AttentionTile tile in tiles)
        {
            mostRows = Math.Max(mostRows, tile.RowCount);
            ReadOnlySpan<AttentionRow> members = rows.Slice(tile.FirstRow, tile.RowCount);
            (int first, int end) = RowWindow.Prefix(members);
            int longestSpan = 0;
            foreach (AttentionRow row in members)
                longestSpan = Math.Max(longestSpan, row.SpanLength);
            widest = Math.Max(widest, end - first + longestSpan);
        }

        // Both the prefix and the span begin inside a panel and are scored in whole panels.
        int scoreStride = Panel.Count(widest + (3 * Panel.Width)) * Panel.Width;
        Reserve(team.Threads, Pad(mostRows * HeadsPerGroup), scoreStride);
        fixed (float* q = query, o = output)
        fixed (AttentionRow* r = rows)
        {
            Job job = new(this, q, queryStride, r, CollectionsMarshal.AsSpan(tiles), stores, span, o, scoreStride);
            team.Run(ref job, tiles.Count * _groups);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AlignedBuffer<float> buffer in _scratch)
            buffer.Dispose();
    }

    // One line more where that makes two register tiles into one.
    private static int Pad(int lines) => lines % 4 == 3 ? lines + 1 : lines;

    private void Reserve(int threads, int tileRows, int scoreStride)
    {
        long needed = (long)tileRows * (_headDimension + PaddedHead + (2L * scoreStride));
        if (_scratch.Length >= threads && _scratch[0].Length >= needed)
            return;
        Dispose();
        _scratch = new AlignedBuffer<float>[threads];
        for (int i = 0; i < threads; i++)
            _scratch[i] = new AlignedBuffer<float>(needed + (needed / 4));
    }

    private readonly ref struct Job(
        PrefixSpanAttention kernel,
        float* query,
        int queryStride,
        AttentionRow* rows,
        ReadOnlySpan<AttentionTile> tiles,
        ReadOnlySpan<KeyValueStore> stores,
        KeyValueStore span,
        float* output,
        int scoreStride) : IJob
    {
        private readonly float* _query = query;
        private readonly AttentionRow* _rows = rows;
        private readonly ReadOnlySpan<AttentionTile> _tiles = tiles;
        private readonly ReadOnlySpan<KeyValueStore> _stores = stores;
        private readonly float* _output = output;

        public void Execute(int item, int worker)
        {
            AttentionTile tile = _tiles[item / kernel._groups];
            int group = item % kernel._groups;
            int lines = Pad(tile.RowCount * kernel.HeadsPerGroup);
            int dimension = kernel._headDimension;
            KeyValueStore store = _stores[tile.Store];

            // A line is one head of one row. Scratch: queries [lines, head_dim], results [lines, padded], scores [lines, stride], span weights [lines, stride].
            float* queries = kernel._scratch[worker].Pointer;
            float* results = queries + ((nint)lines * dimension);
            float* scores = results + ((nint)lines * kernel.PaddedHead);
            float* spanWeights = scores + ((nint)lines * scoreStride);

            GatherQueries(tile, group, queries, lines);
            (int first, int end) = RowWindow.Prefix(new ReadOnlySpan<AttentionRow>(_rows + tile.FirstRow, tile.RowCount));
            int firstPanel = first / Panel.Width;
            for (int slot = firstPanel * Panel.Width; slot < end; slot += Panel.Width)
                ScorePanel(queries, lines, store.Keys(group), slot, scores + (slot - (firstPanel * Panel.Width)));
            for (int i = 0; i < tile.RowCount; i = NextSpan(tile, i))
                ScoreSpan(tile, i, group, queries, spanWeights);
            for (int i = 0; i < tile.RowCount; i++)
                Normalize(_rows[tile.FirstRow + i], i, firstPanel * Panel.Width, end, scores, spanWeights);

            int prefix = end - (firstPanel * Panel.Width);
            for (int p = 0; p < Panel.Count(dimension); p++)
            {
                float* result = results + (p * Panel.Width);
                float* values = store.ValuePanel(group, p) + ((nint)firstPanel * Panel.Width * Panel.Width);
                PanelMultiply.Run<Float32Element>(scores, scoreStride, lines, values, prefix, result, kernel.PaddedHead, accumulate: false);
                for (int i = 0; i < tile.RowCount; i = NextSpan(tile, i))
                    AddSpanValues(tile, i, group, p, spanWeights, result);
            }

            ScatterResults(tile, group, results);
        }

        private void GatherQueries(AttentionTile tile, int group, float* queries, int lines)
        {
            int width = kernel.HeadsPerGroup * kernel._headDimension;
            new Span<float>(queries + ((nint)tile.RowCount * width), (lines * kernel._headDimension) - (tile.RowCount * width)).Clear();
            for (int i = 0; i < tile.RowCount; i++)
            {
                float* source = _query + ((nint)(tile.FirstRow + i) * queryStride) + (group * width);
                new ReadOnlySpan<float>(source, width).CopyTo(new Span<float>(queries + ((nint)i * width), width));
            }
        }

        private int NextSpan(AttentionTile tile, int i) => RowWindow.NextSpan(new ReadOnlySpan<AttentionRow>(_rows + tile.FirstRow, tile.RowCount), i);

        private void ScorePanel(float* queries, int lines, float* keys, int slot, float* target) =>
            PanelMultiply.Run<Float32Element>(
                queries, kernel._headDimension, lines, keys + ((nint)slot * kernel._headDimension), kernel._headDimension, target, scoreStride, accumulate: false);

        private void ScoreSpan(AttentionTile tile, int i, int group, float* queries, float* target)
        {
            AttentionRow row = _rows[tile.FirstRow + i];
            if (row.SpanLength == 0)
                return;
            int lines = (NextSpan(tile, i) - i) * kernel.HeadsPerGroup;
            nint line = (nint)i * kernel.HeadsPerGroup;
            int firstSlot = row.SpanStart / Panel.Width * Panel.Width;
            for (int slot = firstSlot; slot < row.SpanStart + row.SpanLength; slot += Panel.Width)
                ScorePanel(queries + (line * kernel._headDimension), lines, span.Keys(group), slot, target + (line * scoreStride) + (slot - firstSlot));
        }

        // Softmax of every line of one row over its visible slots, in the order prefix, span. Afterwards the line's scores hold the prefix weights (zero where
        // the row does not see what others of the tile do), its span weights those of the span from offset 0.
        private void Normalize(AttentionRow row, int i, int firstSlot, int end, float* scores, float* spanWeights)
        {
            int offset = row.PrefixLength == 0 ? 0 : row.PrefixStart - firstSlot;
            int spanOffset = row.SpanStart % Panel.Width;
            int width = end - firstSlot;
            for (int h = 0; h < kernel.HeadsPerGroup; h++)
            {
                nint line = ((nint)i * kernel.HeadsPerGroup) + h;
                float* lineScores = scores + (line * scoreStride);
                float* lineSpan = spanWeights + (line * scoreStride);
                Span<float> visible = new(lineScores + offset, row.PrefixLength + row.SpanLength);
                new ReadOnlySpan<float>(lineSpan + spanOffset, row.SpanLength).CopyTo(visible[row.PrefixLength..]);
                Softmax.Run(visible, kernel._scale);
                visible[row.PrefixLength..].CopyTo(new Span<float>(lineSpan, row.SpanLength));
                new Span<float>(lineScores, offset).Clear();
                new Span<float>(lineScores + offset + row.PrefixLength, Math.Max(0, width - offset - row.PrefixLength)).Clear();
            }
        }

        private void AddSpanValues(AttentionTile tile, int i, int group, int panel, float* spanWeights, float* result)
        {
            AttentionRow row = _rows[tile.FirstRow + i];
            if (row.SpanLength == 0)
                return;
            int lines = (NextSpan(tile, i) - i) * kernel.HeadsPerGroup;
            nint line = (nint)i * kernel.HeadsPerGroup;
            PanelMultiply.Run<Float32Element>(
                spanWeights + (line * scoreStride),
                scoreStride,
                lines,
                span.ValuePanel(group, panel) + ((nint)row.SpanStart * Panel.Width),
                row.SpanLength,
                result + (line * kernel.PaddedHead),
                kernel.PaddedHead,
                accumulate: true);
        }

        private void ScatterResults(AttentionTile tile, int group, float* results)
        {
            int dimension = kernel._headDimension;
            for (int i = 0; i < tile.RowCount; i++)
            {
                for (int h = 0; h < kernel.HeadsPerGroup; h++)
                {
                    float* source = results + ((((nint)i * kernel.HeadsPerGroup) + h) * kernel.PaddedHead);
                    float* target = _output + ((((nint)(tile.FirstRow + i) * kernel._heads) + (group * kernel.HeadsPerGroup) + h) * dimension);
                    new ReadOnlySpan<float>(source, dimension).CopyTo(new Span<float>(target, dimension));
                }
            }
        }
    }
}
