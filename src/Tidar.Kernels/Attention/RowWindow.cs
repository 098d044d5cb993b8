namespace Tidar.Kernels.Attention;

/// <summary>What the rows of one tile see together.</summary>
internal static class RowWindow
{
    /// <summary>The slots of the clean store that any of the rows sees: [First, End); both 0 where none sees any.</summary>
    public static (int First, int End) Prefix(ReadOnlySpan<AttentionRow> rows)
    {
        int first = int.MaxValue, end = 0;
        foreach (AttentionRow row in rows)
        {
            if (row.PrefixLength == 0)
                continue;
            first = Math.Min(first, row.PrefixStart);
            end = Math.Max(end, row.PrefixStart + row.PrefixLength);
        }

        return end == 0 ? (0, 0) : (first, end);
    }

    /// <summary>The first row after <paramref name="i"/> that sees another span than row <paramref name="i"/>, or the number of rows.</summary>
    public static int NextSpan(ReadOnlySpan<AttentionRow> rows, int i)
    {
        AttentionRow row = rows[i];
        int next = i + 1;
        while (next < rows.Length && rows[next].SpanStart == row.SpanStart && rows[next].SpanLength == row.SpanLength)
            next++;
        return next;
    }
}
