using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;

namespace Tidar.Kernels.Attention;

/// <summary>The attention gradient of one document and key/value head, a tile of rows at a time; every product is one of the multiply kernel.</summary>
internal readonly unsafe ref struct GradientTile(
    PrefixSpanAttentionGradient kernel, GradientScratch layout, float* scratch, AttentionDocument document, int group, StorePair clean, StorePair span)
{
    private readonly GradientScratch _layout = layout;
    private readonly float* _scratch = scratch;

    // First slot of the panel in which the document begins: slots of the clean accumulators count from here.
    private readonly int _base = document.CleanStart / Panel.Width * Panel.Width;

    private int Dimension => kernel.HeadDimension;

    private float* Scores => _scratch + _layout.Scores;

    private float* ScoreGradients => _scratch + _layout.ScoreGradients;

    private float* SpanScores => _scratch + _layout.SpanScores;

    private float* SpanGradients => _scratch + _layout.SpanGradients;

    /// <summary>Zeroes the accumulators of keys and values.</summary>
    public void Clear()
    {
        nint cleanLength = (nint)(document.CleanStart - _base + document.CleanCount) * _layout.PaddedHead;
        nint spanLength = (nint)document.SpanCount * _layout.PaddedHead;
        new Span<float>(_scratch + _layout.CleanKeys, (int)cleanLength).Clear();
        new Span<float>(_scratch + _layout.CleanValues, (int)cleanLength).Clear();
        new Span<float>(_scratch + _layout.SpanKeys, (int)spanLength).Clear();
        new Span<float>(_scratch + _layout.SpanValues, (int)spanLength).Clear();
    }

    /// <summary>Adds the tile's part to the key and value gradients and stores its query gradients.</summary>
    /// <param name="rows">The tile's rows.</param>
    /// <param name="firstRow">Number of the first of them.</param>
    /// <param name="states">[rows, query + key + value].</param>
    /// <param name="outputGradient">[rows, query width].</param>
    /// <param name="gradient">Receives query gradients, [rows, query + key + value].</param>
    public void Run(ReadOnlySpan<AttentionRow> rows, int firstRow, float* states, float* outputGradient, float* gradient)
    {
        int lines = rows.Length * kernel.HeadsPerGroup;
        int offset = group * kernel.HeadsPerGroup * Dimension;
        Gather(states + ((nint)firstRow * kernel.RowWidth) + offset, kernel.RowWidth, rows.Length, _layout.Queries, _layout.QueryPanels);
        int outputWidth = kernel.Heads * Dimension;
        Gather(outputGradient + ((nint)firstRow * outputWidth) + offset, outputWidth, rows.Length, _layout.Outputs, _layout.OutputPanels);
        int end = RowWindow.Prefix(rows).End;
        int width = Math.Max(0, end - _base);
        for (int slot = 0; slot < width; slot += Panel.Width)
        {
            Score(_layout.Queries, 0, lines, clean.Forward, _base + slot, Scores + slot, _layout.ScoreStride);
            Score(_layout.Outputs, 0, lines, clean.Exchanged, _base + slot, ScoreGradients + slot, _layout.ScoreStride);
        }

        for (int i = 0; i < rows.Length; i = RowWindow.NextSpan(rows, i))
            ScoreSpan(rows, i);
        for (int i = 0; i < rows.Length; i++)
            Differentiate(rows[i], i, width);
        AddPrefix(lines, width);
        for (int i = 0; i < rows.Length; i = RowWindow.NextSpan(rows, i))
            AddSpan(rows, i, lines);
        ScatterQueries(rows.Length, gradient + ((nint)firstRow * kernel.RowWidth) + offset);
    }

    /// <summary>Writes the accumulated key and value gradients of the document into its rows.</summary>
    public void StoreKeyValues(float* gradient, int cleanRows)
    {
        nint keys = (nint)(kernel.Heads + group) * Dimension;
        nint values = keys + ((nint)kernel.Groups * Dimension);
        nint skipped = (nint)(document.CleanStart - _base) * _layout.PaddedHead;
        float* cleanRow = gradient + ((nint)document.CleanStart * kernel.RowWidth);
        StoreRows(_scratch + _layout.CleanKeys + skipped, document.CleanCount, cleanRow + keys);
        StoreRows(_scratch + _layout.CleanValues + skipped, document.CleanCount, cleanRow + values);
        float* spanRow = gradient + ((nint)(cleanRows + document.SpanStart) * kernel.RowWidth);
        StoreRows(_scratch + _layout.SpanKeys, document.SpanCount, spanRow + keys);
        StoreRows(_scratch + _layout.SpanValues, document.SpanCount, spanRow + values);
    }

    private void StoreRows(float* source, int rows, float* target)
    {
        for (int r = 0; r < rows; r++, source += _layout.PaddedHead, target += kernel.RowWidth)
            new ReadOnlySpan<float>(source, Dimension).CopyTo(new Span<float>(target, Dimension));
    }

    // The heads of a group lie side by side in a row. Once as rows [lines, head_dim], once as panels [head_dim / 32][lines][32].
    private void Gather(float* source, nint stride, int rows, long rowsAt, long panelsAt)
    {
        int heads = kernel.HeadsPerGroup, panels = Panel.Count(Dimension);
        nint panelSize = (nint)rows * heads * Panel.Width;
        float* lines = _scratch + rowsAt;
        float* packed = _scratch + panelsAt;
        for (int r = 0; r < rows; r++, source += stride)
        {
            new ReadOnlySpan<float>(source, heads * Dimension).CopyTo(new Span<float>(lines + ((nint)r * heads * Dimension), heads * Dimension));
            for (int h = 0; h < heads; h++)
            {
                float* line = packed + ((((nint)r * heads) + h) * Panel.Width);
                for (int p = 0; p < panels; p++)
                {
                    int width = Math.Min(Panel.Width, Dimension - (p * Panel.Width));
                    Span<float> target = new(line + (p * panelSize), Panel.Width);
                    new ReadOnlySpan<float>(source + (h * Dimension) + (p * Panel.Width), width).CopyTo(target);
                    target[width..].Clear();
                }
            }
        }
    }

    private void Score(long linesAt, nint line, int lines, KeyValueStore store, int slot, float* target, int targetStride) =>
        PanelMultiply.Run<Float32Element>(
            _scratch + linesAt + (line * Dimension),
            Dimension,
            lines,
            store.Keys(group) + ((nint)slot * Dimension),
            Dimension,
            target,
            targetStride,
            accumulate: false);

    private void ScoreSpan(ReadOnlySpan<AttentionRow> rows, int i)
    {
        AttentionRow row = rows[i];
        if (row.SpanLength == 0)
            return;
        int lines = (RowWindow.NextSpan(rows, i) - i) * kernel.HeadsPerGroup;
        nint line = (nint)i * kernel.HeadsPerGroup;
        int first = row.SpanStart / Panel.Width * Panel.Width;
        for (int slot = first; slot < row.SpanStart + row.SpanLength; slot += Panel.Width)
        {
            nint target = (line * _layout.SpanStride) + (slot - first);
            Score(_layout.Queries, line, lines, span.Forward, slot, SpanScores + target, _layout.SpanStride);
            Score(_layout.Outputs, line, lines, span.Exchanged, slot, SpanGradients + target, _layout.SpanStride);
        }
    }

    // Softmax of a row's visible scores and the gradient of these scores, for every head; what the row does not see becomes zero. Afterwards the span's
    // values start at offset 0 of the line.
    private void Differentiate(AttentionRow row, int i, int width)
    {
        int offset = row.PrefixLength == 0 ? 0 : row.PrefixStart - _base;
        int visible = row.PrefixLength + row.SpanLength;
        int spanOffset = row.SpanStart % Panel.Width;
        for (int h = 0; h < kernel.HeadsPerGroup; h++)
        {
            nint line = ((nint)i * kernel.HeadsPerGroup) + h;
            Span<float> weights = new(Scores + (line * _layout.ScoreStride), _layout.ScoreStride);
            Span<float> gradients = new(ScoreGradients + (line * _layout.ScoreStride), _layout.ScoreStride);
            Span<float> spanWeights = new(SpanScores + (line * _layout.SpanStride), _layout.SpanStride);
            Span<float> spanGradients = new(SpanGradients + (line * _layout.SpanStride), _layout.SpanStride);
            Span<float> p = weights.Slice(offset, visible), d = gradients.Slice(offset, visible);
            spanWeights.Slice(spanOffset, row.SpanLength).CopyTo(p[row.PrefixLength..]);
            spanGradients.Slice(spanOffset, row.SpanLength).CopyTo(d[row.PrefixLength..]);
            SoftmaxGradient.Run(p, d, kernel.Scale);
            p[row.PrefixLength..].CopyTo(spanWeights);
            d[row.PrefixLength..].CopyTo(spanGradients);
            ClearInvisible(weights, offset, row.PrefixLength, width);
            ClearInvisible(gradients, offset, row.PrefixLength, width);
        }
    }

    private static void ClearInvisible(Span<float> line, int offset, int length, int width)
    {
        line[..Math.Min(offset, width)].Clear();
        if (offset + length < width)
            line[(offset + length)..width].Clear();
    }

    // dQ = dS·K, dV += Pᵀ·dO, dK += dSᵀ·Q over the clean slots that the tile sees; the last two not for a frozen prefix.
    private void AddPrefix(int lines, int width)
    {
        nint panelSize = (nint)lines * Panel.Width;
        for (int p = 0; p < Panel.Count(Dimension); p++)
        {
            PanelMultiply.Run<Float32Element>(
                ScoreGradients,
                _layout.ScoreStride,
                lines,
                clean.Exchanged.ValuePanel(group, p) + ((nint)_base * Panel.Width),
                width,
                _scratch + _layout.QueryGradients + (p * Panel.Width),
                _layout.PaddedHead,
                accumulate: false);
        }

        if (document.CleanCount == 0)
            return;
        AddTransposed(Scores, _layout.ScoreStride, lines, width, _scratch + _layout.OutputPanels, panelSize, _scratch + _layout.CleanValues);
        AddTransposed(ScoreGradients, _layout.ScoreStride, lines, width, _scratch + _layout.QueryPanels, panelSize, _scratch + _layout.CleanKeys);
    }

    // The same over one span, for the consecutive rows that see it.
    private void AddSpan(ReadOnlySpan<AttentionRow> rows, int i, int tileLines)
    {
        AttentionRow row = rows[i];
        if (row.SpanLength == 0)
            return;
        int lines = (RowWindow.NextSpan(rows, i) - i) * kernel.HeadsPerGroup;
        nint line = (nint)i * kernel.HeadsPerGroup;
        float* weights = SpanScores + (line * _layout.SpanStride);
        float* gradients = SpanGradients + (line * _layout.SpanStride);
        for (int p = 0; p < Panel.Count(Dimension); p++)
        {
            PanelMultiply.Run<Float32Element>(
                gradients,
                _layout.SpanStride,
                lines,
                span.Exchanged.ValuePanel(group, p) + ((nint)row.SpanStart * Panel.Width),
                row.SpanLength,
                _scratch + _layout.QueryGradients + (line * _layout.PaddedHead) + (p * Panel.Width),
                _layout.PaddedHead,
                accumulate: true);
        }

        nint slot = (nint)(row.SpanStart - document.SpanStart) * _layout.PaddedHead;
        nint panelSize = (nint)tileLines * Panel.Width;
        float* outputs = _scratch + _layout.OutputPanels + (line * Panel.Width);
        float* queries = _scratch + _layout.QueryPanels + (line * Panel.Width);
        AddTransposed(weights, _layout.SpanStride, lines, row.SpanLength, outputs, panelSize, _scratch + _layout.SpanValues + slot);
        AddTransposed(gradients, _layout.SpanStride, lines, row.SpanLength, queries, panelSize, _scratch + _layout.SpanKeys + slot);
    }

    // target[slots, padded head] += a[lines, slots]ᵀ · panels [lines, head].
    private void AddTransposed(float* a, nint stride, int lines, int slots, float* panels, nint panelSize, float* target)
    {
        float* transposed = _scratch + _layout.Transposed;
        TransposeBlock.Run(a, stride, transposed, lines, lines, slots);
        for (int p = 0; p < Panel.Count(Dimension); p++)
        {
            PanelMultiply.Run<Float32Element>(
                transposed, lines, slots, panels + (p * panelSize), lines, target + (p * Panel.Width), _layout.PaddedHead, accumulate: true);
        }
    }

    private void ScatterQueries(int rows, float* target)
    {
        int heads = kernel.HeadsPerGroup;
        float* source = _scratch + _layout.QueryGradients;
        for (int r = 0; r < rows; r++, target += kernel.RowWidth)
        {
            for (int h = 0; h < heads; h++, source += _layout.PaddedHead)
                new ReadOnlySpan<float>(source, Dimension).CopyTo(new Span<float>(target + (h * Dimension), Dimension));
        }
    }
}
