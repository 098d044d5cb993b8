using System.Runtime.InteropServices;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Models.Selectors;
using Tidar.Training.Adapters;

namespace Tidar.Training.Selectors;

/// <summary>
/// Drafted blocks in memory: of every slot 1 … K-1 the candidates with their logits and the hidden state, and of the text what stands there. Hidden states are float32, as
/// decoding sees them, or half of that in bfloat16.
/// </summary>
internal sealed class SelectorBlocks : IDisposable
{
    /// <summary>Tokens of the text before a block that are kept.</summary>
    public const int TokensBefore = 2;

    private readonly int _hiddenSize;
    private readonly AlignedBuffer<int> _text;
    private readonly AlignedBuffer<int> _candidates;
    private readonly AlignedBuffer<float> _logits;
    private readonly AlignedBuffer<float> _teacher;
    private readonly AlignedBuffer<byte> _matches;
    private readonly AlignedBuffer<byte> _states;
    private readonly bool _exact;

    /// <summary>Creates room for blocks.</summary>
    /// <param name="capacity">Blocks.</param>
    /// <param name="draftLength">K.</param>
    /// <param name="candidates">Candidates of a slot.</param>
    /// <param name="hiddenSize">Width of the hidden states.</param>
    /// <param name="exact">Whether hidden states are float32.</param>
    public SelectorBlocks(int capacity, int draftLength, int candidates, int hiddenSize, bool exact)
    {
        (Capacity, Slots, Candidates, _hiddenSize, _exact) = (capacity, draftLength - 1, candidates, hiddenSize, exact);
        long slots = (long)capacity * Slots;
        _text = new AlignedBuffer<int>((long)capacity * (TokensBefore + draftLength));
        _candidates = new AlignedBuffer<int>(slots * candidates);
        _logits = new AlignedBuffer<float>(slots * candidates);
        _teacher = new AlignedBuffer<float>(slots * candidates);
        _matches = new AlignedBuffer<byte>(slots * candidates);
        _states = new AlignedBuffer<byte>(slots * hiddenSize * ElementBytes);
    }

    /// <summary>Blocks there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Blocks so far.</summary>
    public int Count { get; private set; }

    /// <summary>Slots of a block that have candidates: K - 1.</summary>
    public int Slots { get; }

    /// <summary>Candidates of a slot.</summary>
    public int Candidates { get; }

    private int ElementBytes => _exact ? sizeof(float) : sizeof(ushort);

    /// <summary>
    /// A block's text: the tokens before it (-1 before the document), then those at slots 0 … K-1 (-1 where the answer has ended).
    /// </summary>
    public Span<int> Text(int block) => _text.Slice((long)block * (TokensBefore + Slots + 1), TokensBefore + Slots + 1);

    /// <summary>Candidates of a block, [slots, candidates]: slot 1 first, the likeliest first, -1 where there are fewer.</summary>
    public Span<int> Tokens(int block) => _candidates.Slice((long)block * Slots * Candidates, Slots * Candidates);

    /// <summary>Their logits, [slots, candidates].</summary>
    public Span<float> Logits(int block) => _logits.Slice((long)block * Slots * Candidates, Slots * Candidates);

    /// <summary>What the AR half gives them behind the text's own tokens, as far as they are among its likeliest, [slots, candidates]; all 0 where it was not asked.</summary>
    public Span<float> Teacher(int block) => _teacher.Slice((long)block * Slots * Candidates, Slots * Candidates);

    /// <summary>The candidates' longest matches (<see cref="CopyMatches"/>) behind the text's own tokens, [slots, candidates].</summary>
    public Span<byte> Matches(int block) => _matches.Slice((long)block * Slots * Candidates, Slots * Candidates);

    /// <summary>How many tokens a block's likeliest candidates are right, the decided one among them: how far decoding would go.</summary>
    public int Reached(int block)
    {
        ReadOnlySpan<int> text = Text(block)[TokensBefore..], tokens = Tokens(block);
        int slot = 1;
        while (slot <= Slots && text[slot] >= 0 && tokens[(slot - 1) * Candidates] == text[slot])
            slot++;
        return slot;
    }

    /// <summary>Reads the hidden state of a slot (1 … K-1) of a block, [hidden].</summary>
    public void ReadState(int block, int slot, Span<float> state)
    {
        Span<byte> stored = State(block, slot);
        if (_exact)
        {
            MemoryMarshal.Cast<byte, float>(stored).CopyTo(state);
            return;
        }

        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(stored);
        for (int i = 0; i < halves.Length; i++)
            state[i] = BFloat16.ToSingle(halves[i]);
    }

    /// <summary>Adds a block whose text, candidates, logits and states the caller fills in.</summary>
    /// <returns>Its number.</returns>
    public int Add()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Count, Capacity);
        return Count++;
    }

    /// <summary>Sets the hidden state of a slot (1 … K-1) of a block, [hidden].</summary>
    public void SetState(int block, int slot, ReadOnlySpan<float> state)
    {
        Span<byte> stored = State(block, slot);
        if (_exact)
        {
            state.CopyTo(MemoryMarshal.Cast<byte, float>(stored));
            return;
        }

        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(stored);
        for (int i = 0; i < halves.Length; i++)
            halves[i] = BFloat16.FromSingle(state[i]);
    }

    /// <summary>Forgets all blocks.</summary>
    public void Clear() => Count = 0;

    /// <summary>Fills in the text of a block that begins at a place of a document.</summary>
    public void SetText(int block, PreparedDocument document, int start)
    {
        Span<int> text = Text(block);
        bool ended = false;
        for (int i = 0; i < text.Length; i++)
        {
            int position = start - TokensBefore + i;
            ended = ended || position >= document.Tokens.Length || (position >= start && !document.Labelled[position]);
            text[i] = position < 0 || ended ? -1 : document.Tokens[position];
        }
    }

    /// <summary>Finds the matches of a slot's candidates, which are there; it stands at <paramref name="start"/> + slot of the document.</summary>
    public void FindMatches(int block, int slot, PreparedDocument document, int start)
    {
        int first = (slot - 1) * Candidates, end = Math.Min(start + slot, document.Tokens.Length);
        CopyMatches.Find(document.Tokens.AsSpan(0, end), CopyMatches.Longest, Tokens(block).Slice(first, Candidates), Matches(block).Slice(first, Candidates));
    }

    /// <summary>Writes all blocks.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        for (int block = 0; block < Count; block++)
        {
            writer.Write(MemoryMarshal.AsBytes(Text(block)));
            writer.Write(MemoryMarshal.AsBytes(Tokens(block)));
            writer.Write(MemoryMarshal.AsBytes(Logits(block)));
            writer.Write(MemoryMarshal.AsBytes(Teacher(block)));
            writer.Write(Matches(block));
            writer.Write(Stored(block));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote of blocks of this shape.</summary>
    public void Read(BinaryReader reader)
    {
        Count = reader.ReadInt32();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Count, Capacity);
        for (int block = 0; block < Count; block++)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(Text(block)));
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(Tokens(block)));
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(Logits(block)));
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(Teacher(block)));
            reader.BaseStream.ReadExactly(Matches(block));
            reader.BaseStream.ReadExactly(Stored(block));
        }
    }

    public void Dispose()
    {
        foreach (IDisposable buffer in new IDisposable[] { _text, _candidates, _logits, _teacher, _matches, _states })
            buffer.Dispose();
    }

    private Span<byte> State(int block, int slot) => Stored(block).Slice((slot - 1) * _hiddenSize * ElementBytes, _hiddenSize * ElementBytes);

    private Span<byte> Stored(int block)
    {
        int bytes = Slots * _hiddenSize * ElementBytes;
        return _states.Slice((long)block * bytes, bytes);
    }
}
