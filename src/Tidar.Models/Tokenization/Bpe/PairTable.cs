namespace Tidar.Models.Tokenization.Bpe;

/// <summary>A fixed hash table from pairs of non-negative numbers to two numbers: open addressing, built once, read concurrently.</summary>
internal sealed class PairTable
{
    private readonly Entry[] _entries;
    private readonly int _shift;

    /// <summary>A table with room for <paramref name="capacity"/> pairs.</summary>
    public PairTable(int capacity)
    {
        int bits = Math.Max(4, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(1, capacity)) + 1);
        _entries = new Entry[1 << bits];
        _shift = 64 - bits;
    }

    /// <summary>Stores a pair's values, replacing earlier ones.</summary>
    public void Set(int left, int right, int first, int second)
    {
        ulong key = Key(left, right);
        int i = Slot(key);
        while (_entries[i].Key != 0 && _entries[i].Key != key)
            i = (i + 1) & (_entries.Length - 1);
        _entries[i] = new Entry(key, first, second);
    }

    /// <summary>Whether the pair is stored, and its values.</summary>
    public bool TryGet(int left, int right, out int first, out int second)
    {
        ulong key = Key(left, right);
        Entry[] entries = _entries;
        for (int i = Slot(key); ; i = (i + 1) & (entries.Length - 1))
        {
            ref readonly Entry entry = ref entries[i];
            if (entry.Key == key)
            {
                (first, second) = (entry.First, entry.Second);
                return true;
            }

            if (entry.Key == 0)
            {
                (first, second) = (int.MaxValue, -1);
                return false;
            }
        }
    }

    // Never zero, which marks an empty entry.
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);

    private readonly record struct Entry(ulong Key, int First, int Second);
}
