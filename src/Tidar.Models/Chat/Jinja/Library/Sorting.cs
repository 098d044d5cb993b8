namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's stable sort, which only ever asks whether one key is less than another.</summary>
internal static class Sorting
{
    /// <summary>Sorts items by keys computed once each. With <paramref name="reverse"/>, equal items still keep their order.</summary>
    public static T[] Sort<T>(Budget budget, T[] items, Func<T, object?> key, bool reverse)
    {
        budget.Items(items.Length);
        (object? Key, T Item)[] keyed = Array.ConvertAll(items, item => (key(item), item));
        (object? Key, T Item)[] buffer = new (object?, T)[items.Length];
        if (reverse)
            Array.Reverse(keyed);
        MergeSort(budget, keyed, buffer);
        if (reverse)
            Array.Reverse(keyed);
        return Array.ConvertAll(keyed, k => k.Item);
    }

    // Bottom up: runs of 1, 2, 4, … are merged from one array to the other and back.
    private static void MergeSort<T>(Budget budget, (object? Key, T Item)[] items, (object? Key, T Item)[] buffer)
    {
        (object? Key, T Item)[] from = items;
        (object? Key, T Item)[] to = buffer;
        for (int run = 1; run < items.Length; run *= 2)
        {
            for (int start = 0; start < items.Length; start += 2 * run)
                Merge(budget, from, to, start, Math.Min(start + run, items.Length), Math.Min(start + (2 * run), items.Length));
            (from, to) = (to, from);
        }

        if (from != items)
            from.CopyTo(items, 0);
    }

    private static void Merge<T>(Budget budget, (object? Key, T Item)[] from, (object? Key, T Item)[] to, int start, int middle, int end)
    {
        int left = start;
        int right = middle;
        for (int at = start; at < end; at++)
        {
            budget.Step();
            bool takeRight = right < end && (left >= middle || Comparison.Order(budget, "<", from[right].Key, from[left].Key));
            to[at] = takeRight ? from[right++] : from[left++];
        }
    }
}
