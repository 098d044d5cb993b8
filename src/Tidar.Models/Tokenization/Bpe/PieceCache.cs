namespace Tidar.Models.Tokenization.Bpe;

/// <summary>
/// The ids of pieces seen before. Bounded: when full it starts over. Belongs to one encoding at a time (see <see cref="EncoderState"/>).
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are not kept: they seldom come again.</summary>
    public const int LongestPiece = 64;

    private const int MostPieces = 1 << 16;
    private const int FirstSlots = 1 << 10;

    private Slot[] _slots = new Slot[FirstSlots];
    private char[] _text = new char[FirstSlots * 4];
    private int[] _ids = new int[FirstSlots * 2];
    private int _count;
    private int _textUsed;
    private int _idsUsed;

    /// <summary>The ids kept for a piece.</summary>
    public bool TryGet(ReadOnlySpan<char> piece, out ReadOnlySpan<int> ids)
    {
        int hash = Hash(piece);
        for (int i = hash & (_slots.Length - 1); ; i = (i + 1) & (_slots.Length - 1))
        {
            ref readonly Slot slot = ref _slots[i];
            if (slot.Length == 0)
            {
                ids = default;
                return false;
            }

            if (slot.Hash == hash && slot.Length == piece.Length && piece.SequenceEqual(_text.AsSpan(slot.Text, slot.Length)))
            {
                ids = _ids.AsSpan(slot.Ids, slot.IdCount);
                return true;
            }
        }
    }

    /// <summary>Keeps the ids of a piece that is not kept yet; the piece is not empty and at most <see cref="LongestPiece"/> long.</summary>
    public void Add(ReadOnlySpan<char> piece, ReadOnlySpan<int> ids)
    {
        if (_count == MostPieces)
            Clear();
        if ((_count + 1) * 2 > _slots.Length)
            Grow();
        EnsureRoom(ref _text, _textUsed + piece.Length);
        EnsureRoom(ref _ids, _idsUsed + ids.Length);
        piece.CopyTo(_text.AsSpan(_textUsed));
        ids.CopyTo(_ids.AsSpan(_idsUsed));
        int hash = Hash(piece);
        Insert(_slots, new Slot(hash, _textUsed, (byte)piece.Length, _idsUsed, ids.Length));
        _textUsed += piece.Length;
        _idsUsed += ids.Length;
        _count++;
    }

    private void Clear()
    {
        Array.Clear(_slots);
        _count = _textUsed = _idsUsed = 0;
    }

    private void Grow()
    {
        var grown = new Slot[_slots.Length * 2];
        foreach (Slot slot in _slots)
        {
            if (slot.Length != 0)
                Insert(grown, slot);
        }

        _slots = grown;
    }

    private static void Insert(Slot[] slots, in Slot slot)
    {
        int i = slot.Hash & (slots.Length - 1);
        while (slots[i].Length != 0)
            i = (i + 1) & (slots.Length - 1);
        slots[i] = slot;
    }

    private static void EnsureRoom<T>(ref T[] array, int needed)
    {
        if (needed > array.Length)
            Array.Resize(ref array, Math.Max(needed, array.Length * 2));
    }

    private static int Hash(ReadOnlySpan<char> piece) => string.GetHashCode(piece, StringComparison.Ordinal);

    private readonly record struct Slot(int Hash, int Text, byte Length, int Ids, int IdCount);
}
