using Tidar.Kernels.Matrices;

namespace Tidar.Kernels.Attention;

/// <summary>Where a thread's buffers of the attention gradient lie in its scratch memory; a line is one head of one row.</summary>
internal readonly struct GradientScratch
{
    private const int TileLines = 64;

    public GradientScratch(PrefixSpanAttentionGradient kernel, int mostClean, int longestPrefix, int mostSpan, int longestSpan)
    {
        TileRows = Math.Max(1, TileLines / kernel.HeadsPerGroup);
        int lines = TileRows * kernel.HeadsPerGroup;
        PaddedHead = Panel.Count(kernel.HeadDimension) * Panel.Width;

        // Prefix and span begin inside a panel and are computed in whole panels; a line holds its prefix and its span side by side for the softmax.
        ScoreStride = Panel.Count(longestPrefix + longestSpan + (2 * Panel.Width)) * Panel.Width;
        SpanStride = Panel.Count(longestSpan + (2 * Panel.Width)) * Panel.Width;
        long next = 0;
        Queries = Take((long)lines * kernel.HeadDimension);
        Outputs = Take((long)lines * kernel.HeadDimension);
        QueryPanels = Take((long)lines * PaddedHead);
        OutputPanels = Take((long)lines * PaddedHead);
        QueryGradients = Take((long)lines * PaddedHead);
        Scores = Take((long)lines * ScoreStride);
        ScoreGradients = Take((long)lines * ScoreStride);
        SpanScores = Take((long)lines * SpanStride);
        SpanGradients = Take((long)lines * SpanStride);
        Transposed = Take((long)lines * ScoreStride);
        CleanLength = (long)(mostClean + Panel.Width) * PaddedHead;
        SpanLength = (long)mostSpan * PaddedHead;
        CleanKeys = Take(CleanLength);
        CleanValues = Take(CleanLength);
        SpanKeys = Take(SpanLength);
        SpanValues = Take(SpanLength);
        Length = next;

        long Take(long elements)
        {
            long start = next;
            next += (elements + 15) / 16 * 16;
            return start;
        }
    }

    /// <summary>Rows in a tile.</summary>
    public int TileRows { get; }

    /// <summary>Head width rounded up to whole panels.</summary>
    public int PaddedHead { get; }

    public int ScoreStride { get; }

    public int SpanStride { get; }

    /// <summary>[lines, head_dim].</summary>
    public long Queries { get; }

    /// <summary>Output gradients, [lines, head_dim].</summary>
    public long Outputs { get; }

    /// <summary>Queries as panels [head_dim / 32][lines][32].</summary>
    public long QueryPanels { get; }

    /// <summary>Output gradients as panels [head_dim / 32][lines][32].</summary>
    public long OutputPanels { get; }

    /// <summary>[lines, padded head].</summary>
    public long QueryGradients { get; }

    /// <summary>[lines, ScoreStride]: scores, then weights, of the prefix.</summary>
    public long Scores { get; }

    /// <summary>[lines, ScoreStride]: gradients of weights, then of scores, of the prefix.</summary>
    public long ScoreGradients { get; }

    /// <summary>[lines, SpanStride].</summary>
    public long SpanScores { get; }

    /// <summary>[lines, SpanStride].</summary>
    public long SpanGradients { get; }

    /// <summary>[ScoreStride, lines].</summary>
    public long Transposed { get; }

    /// <summary>Key gradients of the document's clean slots from the start of its first panel, [slots, padded head].</summary>
    public long CleanKeys { get; }

    public long CleanValues { get; }

    /// <summary>Key gradients of the document's span slots, [slots, padded head].</summary>
    public long SpanKeys { get; }

    public long SpanValues { get; }

    /// <summary>Elements of one clean accumulator.</summary>
    public long CleanLength { get; }

    /// <summary>Elements of one span accumulator.</summary>
    public long SpanLength { get; }

    /// <summary>Elements of the whole.</summary>
    public long Length { get; }
}
