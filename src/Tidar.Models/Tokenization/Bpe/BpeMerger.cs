namespace Tidar.Models.Tokenization.Bpe;

/// <summary>
/// Applies merges to a piece's symbols: always the one of lowest rank, the leftmost among equals. Short pieces by scanning, long ones with a
/// priority queue, so that n symbols cost O(n log n).
/// </summary>
internal sealed class BpeMerger
{
    private const int LongestScanned = 48;

    private int[] _ranks = [];
    private int[] _merged = [];
    private int[] _next = [];
    private int[] _previous = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>Merges <paramref name="symbols"/> in place and returns how many remain.</summary>
    public int Merge(Span<int> symbols, PairTable merges)
    {
        if (symbols.Length < 2)
            return symbols.Length;
        if (_ranks.Length < symbols.Length)
        {
            _ranks = new int[symbols.Length * 2];
            _merged = new int[symbols.Length * 2];
        }

        for (int i = 0; i + 1 < symbols.Length; i++)
            merges.TryGet(symbols[i], symbols[i + 1], out _ranks[i], out _merged[i]);
        return symbols.Length <= LongestScanned ? MergeByScan(symbols, merges) : MergeByQueue(symbols, merges);
    }

    private int MergeByScan(Span<int> symbols, PairTable merges)
    {
        Span<int> ranks = _ranks, merged = _merged;
        int count = symbols.Length;
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == int.MaxValue)
                break;
            symbols[best] = merged[best];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..count].CopyTo(ranks[best..]);
            merged[(best + 1)..count].CopyTo(merged[best..]);
            if (best > 0)
                merges.TryGet(symbols[best - 1], symbols[best], out ranks[best - 1], out merged[best - 1]);
            if (best + 1 < count)
                merges.TryGet(symbols[best], symbols[best + 1], out ranks[best], out merged[best]);
        }

        return count;
    }

    private int MergeByQueue(Span<int> symbols, PairTable merges)
    {
        PrepareQueue(symbols.Length);
        while (_heapCount > 0)
        {
            ulong top = Pop();
            int rank = (int)(top >> 32), at = (int)(uint)top;
            if (_ranks[at] != rank)
                continue;
            int right = _next[at], after = _next[right];
            symbols[at] = _merged[at];
            _ranks[right] = int.MaxValue;
            symbols[right] = -1;
            _next[at] = after;
            if (after < symbols.Length)
                _previous[after] = at;
            Update(symbols, merges, at);
            if (_previous[at] >= 0)
                Update(symbols, merges, _previous[at]);
        }

        int count = 0;
        for (int i = 0; i < symbols.Length; i = _next[i])
            symbols[count++] = symbols[i];
        return count;
    }

    private void PrepareQueue(int length)
    {
        if (_next.Length < length)
        {
            _next = new int[length * 2];
            _previous = new int[length * 2];
        }

        _heapCount = 0;
        for (int i = 0; i < length; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }

        _ranks[length - 1] = int.MaxValue;
        for (int i = 0; i < length - 1; i++)
        {
            if (_ranks[i] != int.MaxValue)
                Push(((ulong)_ranks[i] << 32) | (uint)i);
        }
    }

    private void Update(Span<int> symbols, PairTable merges, int at)
    {
        if (_next[at] >= symbols.Length)
            _ranks[at] = int.MaxValue;
        else if (merges.TryGet(symbols[at], symbols[_next[at]], out _ranks[at], out _merged[at]))
            Push(((ulong)_ranks[at] << 32) | (uint)at);
    }

    private void Push(ulong key)
    {
        if (_heapCount == _heap.Length)
            Array.Resize(ref _heap, Math.Max(64, _heap.Length * 2));
        int i = _heapCount++;
        for (; i > 0 && _heap[(i - 1) / 2] > key; i = (i - 1) / 2)
            _heap[i] = _heap[(i - 1) / 2];
        _heap[i] = key;
    }

    private ulong Pop()
    {
        ulong top = _heap[0], last = _heap[--_heapCount];
        int i = 0;
        while (2 * i + 1 < _heapCount)
        {
            int child = 2 * i + 1;
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
                child++;
            if (_heap[child] >= last)
                break;
            _heap[i] = _heap[child];
            i = child;
        }

        _heap[i] = last;
        return top;
    }
}
