using Tidar.Training.Data.Synthetic;

namespace Tidar.Training.Data;

/// <summary>
/// The documents of a file, over and over, each time in another order. Which documents are held out depends on their number alone, so it is the same
/// for every seed.
/// </summary>
internal sealed class FileSource : IDocumentSource
{
    private const ulong HeldOutSalt = 0x5EED_0F_4E1D_0075;

    private readonly IDocumentFile _file;
    private readonly ulong _seed;
    private readonly int[] _members;
    private readonly int[] _order;
    private long _epoch = -1;
    private long _drawn;

    public FileSource(IDocumentFile file, double heldOut, CorpusSplit split, ulong seed)
    {
        _file = file;
        _seed = seed;
        _members = [.. Enumerable.Range(0, file.Count).Where(i => IsHeldOut(i, heldOut) == (split == CorpusSplit.HeldOut))];
        _order = new int[_members.Length];
    }

    /// <summary>Documents of this split.</summary>
    public int Count => _members.Length;

    public string Place => _drawn == 0 ? "" : _file.Place(_order[(_drawn - 1) % _members.Length]);

    public IReadOnlyList<TextSegment> Next()
    {
        long epoch = _drawn / _members.Length;
        if (epoch != _epoch)
            Shuffle(epoch);
        return _file.Read(_order[_drawn++ % _members.Length]);
    }

    public void Skip(long count) => _drawn += count;

    public void Dispose() => _file.Dispose();

    private static bool IsHeldOut(int index, double share) => SplitMix64.Mix((ulong)index + HeldOutSalt) < share * ulong.MaxValue;

    private void Shuffle(long epoch)
    {
        SplitMix64 random = new(SplitMix64.Mix(_seed + (ulong)epoch));
        _members.CopyTo(_order, 0);
        for (int i = _order.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }

        _epoch = epoch;
    }
}
