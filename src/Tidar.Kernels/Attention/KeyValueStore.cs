using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Attention;

/// <summary>
/// Keys and values of one layer, in slots. Keys lie as panels [slot / 32][head_dim][32], values as [head_dim / 32][slot][32], each per key/value head,
/// so that scores and weighted sums are both products of the multiply kernel. Slots never written hold zeros.
/// </summary>
public sealed unsafe class KeyValueStore : IDisposable
{
    private AlignedBuffer<float> _keys = new(0);
    private AlignedBuffer<float> _values = new(0);

    /// <summary>Creates a store of at least <paramref name="capacity"/> slots.</summary>
    public KeyValueStore(int heads, int headDimension, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDimension, 1);
        Heads = heads;
        HeadDimension = headDimension;
        Reserve(Math.Max(1, capacity));
    }

    /// <summary>Key/value heads.</summary>
    public int Heads { get; }

    /// <summary>Width of a head.</summary>
    public int HeadDimension { get; }

    /// <summary>Slots, a multiple of 32.</summary>
    public int Capacity { get; private set; }

    /// <summary>Bytes held.</summary>
    public long Bytes => (_keys.Length + _values.Length) * sizeof(float);

    private int ValuePanels => Panel.Count(HeadDimension);

    /// <summary>Grows to at least <paramref name="slots"/> slots, keeping what is stored. Not to be called while rows are being read.</summary>
    public void Reserve(int slots)
    {
        if (slots <= Capacity)
            return;
        int capacity = checked(Panel.Count(slots) * Panel.Width);
        AlignedBuffer<float> keys = new((long)Heads * HeadDimension * capacity);
        AlignedBuffer<float> values = new((long)Heads * ValuePanels * Panel.Width * capacity);
        if (Capacity > 0)
        {
            long keyBytes = (long)HeadDimension * Capacity * sizeof(float);
            for (int h = 0; h < Heads; h++)
                Buffer.MemoryCopy(Keys(h), keys.Pointer + ((long)h * HeadDimension * capacity), keyBytes, keyBytes);
            long valueBytes = (long)Capacity * Panel.Width * sizeof(float);
            for (int p = 0; p < Heads * ValuePanels; p++)
            {
                Buffer.MemoryCopy(
                    _values.Pointer + ((long)p * Capacity * Panel.Width), values.Pointer + ((long)p * capacity * Panel.Width), valueBytes, valueBytes);
            }
        }

        _keys.Dispose();
        _values.Dispose();
        (_keys, _values, Capacity) = (keys, values, capacity);
    }

    /// <summary>Stores one row's keys and values, [heads, head_dim] each, in <paramref name="slot"/>.</summary>
    public void Write(int slot, ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        CheckSlot(slot);
        for (int h = 0; h < Heads; h++)
        {
            float* key = KeySlot(h, slot);
            ReadOnlySpan<float> source = keys.Slice(h * HeadDimension, HeadDimension);
            for (int d = 0; d < source.Length; d++)
                key[(nint)d * Panel.Width] = source[d];
            for (int p = 0; p < ValuePanels; p++)
            {
                int width = Math.Min(Panel.Width, HeadDimension - (p * Panel.Width));
                values.Slice((h * HeadDimension) + (p * Panel.Width), width).CopyTo(new Span<float>(ValueSlot(h, p, slot), width));
            }
        }
    }

    /// <summary>
    /// Stores many rows at once in slots from <paramref name="slot"/> on. Different calls may run at the same time where no panel of 32 slots is shared.
    /// </summary>
    /// <param name="slot">First slot.</param>
    /// <param name="count">Rows.</param>
    /// <param name="keys">Row r's keys start at r · <paramref name="stride"/>.</param>
    /// <param name="values">Row r's values start at r · <paramref name="stride"/>.</param>
    /// <param name="stride">Elements between rows.</param>
    public void WriteRows(int slot, int count, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int stride)
    {
        if (count == 0)
            return;
        CheckSlot(slot);
        CheckSlot(slot + count - 1);
        int last = ((count - 1) * stride) + (Heads * HeadDimension);
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Length, last, nameof(keys));
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, last, nameof(values));
        fixed (float* k = keys, v = values)
        {
            for (int h = 0; h < Heads; h++)
            {
                for (int r = 0; r < count;)
                {
                    int rows = Math.Min(count - r, Panel.Width - ((slot + r) % Panel.Width));
                    TransposeBlock.Run(k + ((nint)r * stride) + (h * HeadDimension), stride, KeySlot(h, slot + r), Panel.Width, rows, HeadDimension);
                    r += rows;
                }

                for (int p = 0; p < ValuePanels; p++)
                {
                    int first = p * Panel.Width, width = Math.Min(Panel.Width, HeadDimension - first);
                    CopyValues(v + (h * HeadDimension) + first, stride, count, ValueSlot(h, p, slot), width);
                }
            }
        }
    }

    /// <summary>Copies one slot of <paramref name="source"/> into <paramref name="slot"/>: the same bits, as if the row had been written here.</summary>
    public void CopyFrom(KeyValueStore source, int sourceSlot, int slot)
    {
        CheckSlot(slot);
        source.CheckSlot(sourceSlot);
        for (int h = 0; h < Heads; h++)
        {
            float* from = source.KeySlot(h, sourceSlot);
            float* to = KeySlot(h, slot);
            for (nint d = 0; d < HeadDimension; d++)
                to[d * Panel.Width] = from[d * Panel.Width];
            for (int p = 0; p < ValuePanels; p++)
                new ReadOnlySpan<float>(source.ValueSlot(h, p, sourceSlot), Panel.Width).CopyTo(new Span<float>(ValueSlot(h, p, slot), Panel.Width));
        }
    }

    /// <summary>
    /// Fills slots 0 … <paramref name="slots"/>-1, rounded up to whole panels, with those of <paramref name="source"/>, keys as values and values as keys: what the
    /// backward pass reads (<see cref="StorePair"/>).
    /// </summary>
    public void CopyExchanged(KeyValueStore source, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, source.Capacity, nameof(slots));
        Reserve(slots);
        for (int h = 0; h < Heads; h++)
        {
            for (int slot = 0; slot < slots; slot += Panel.Width)
            {
                for (int p = 0; p < ValuePanels; p++)
                {
                    int width = Math.Min(Panel.Width, HeadDimension - (p * Panel.Width));
                    nint rows = (nint)p * Panel.Width * Panel.Width;
                    TransposeBlock.Run(source.KeySlot(h, slot) + rows, Panel.Width, ValueSlot(h, p, slot), Panel.Width, width, Panel.Width);
                    TransposeBlock.Run(source.ValueSlot(h, p, slot), Panel.Width, KeySlot(h, slot) + rows, Panel.Width, Panel.Width, width);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }

    /// <summary>Key panels of a head, [Capacity / 32][head_dim][32].</summary>
    internal float* Keys(int head) => _keys.Pointer + ((long)head * HeadDimension * Capacity);

    /// <summary>One panel of values of a head, [Capacity][32].</summary>
    internal float* ValuePanel(int head, int panel) => _values.Pointer + ((((long)head * ValuePanels) + panel) * Capacity * Panel.Width);

    private float* KeySlot(int head, int slot) => Keys(head) + ((long)(slot / Panel.Width) * HeadDimension * Panel.Width) + (slot % Panel.Width);

    private float* ValueSlot(int head, int panel, int slot) => ValuePanel(head, panel) + ((long)slot * Panel.Width);

    private static void CopyValues(float* source, nint stride, int rows, float* target, int width)
    {
        for (int r = 0; r < rows; r++, source += stride, target += Panel.Width)
            new ReadOnlySpan<float>(source, width).CopyTo(new Span<float>(target, width));
    }

    private void CheckSlot(int slot) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Capacity, nameof(slot));
}
