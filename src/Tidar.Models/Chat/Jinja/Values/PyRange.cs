namespace Tidar.Models.Chat.Jinja;

/// <summary>A Python range: an arithmetic sequence that is computed, not stored.</summary>
internal sealed record PyRange(long Start, long Stop, long Step)
{
    /// <summary>Number of items.</summary>
    public int Count { get; } = CountOf(Start, Stop, Step);

    public long this[int index] => Start + (index * Step);

    /// <summary>Index of a value; -1 when it is not in the range.</summary>
    public int IndexOf(long value)
    {
        long offset = value - Start;
        if (offset % Step != 0)
            return -1;
        long index = offset / Step;
        return index >= 0 && index < Count ? (int)index : -1;
    }

    /// <summary>Two ranges are equal when they produce the same numbers.</summary>
    public bool SameItems(PyRange other) =>
        Count == other.Count && (Count == 0 || (Start == other.Start && (Count == 1 || Step == other.Step)));

    public IEnumerable<object?> Values()
    {
        for (int i = 0; i < Count; i++)
            yield return Numbers.Box(this[i]);
    }

    private static int CountOf(long start, long stop, long step)
    {
        Int128 span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        Int128 stride = Int128.Abs(step);
        Int128 count = span <= 0 ? 0 : (span + stride - 1) / stride;
        return count > int.MaxValue ? int.MaxValue : (int)count;
    }
}
