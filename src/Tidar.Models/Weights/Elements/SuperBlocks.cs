using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Tidar.Kernels.Matrices;

namespace Tidar.Models.Weights.Elements;

/// <summary>
/// GGUF's formats in super-blocks of 256 values: groups of 16 or 32 with small integer scales under one half-precision scale. The product of the two scales is
/// rounded first, then the product with the value, then the difference with the minimum, as in ggml's reference.
/// </summary>
internal static class SuperBlocks
{
    /// <summary>Values a super-block.</summary>
    public const int Elements = 256;

    private const int Q4Bytes = 144;
    private const int Groups = 8;

    public static readonly ElementType Q2_K = Type("Q2_K", 84, DecodeQ2);
    public static readonly ElementType Q3_K = Type("Q3_K", 110, DecodeQ3);
    public static readonly ElementType Q4_K = Type("Q4_K", Q4Bytes, static (block, to) => DecodeQ4AndQ5(block, block[16..], [], to)) with
    {
        GridScales = Int4Scales.Single,
        DecodeGrid = DecodeQ4Grid,
    };

    public static readonly ElementType Q5_K = Type("Q5_K", 176, static (block, to) => DecodeQ4AndQ5(block, block[48..], block.Slice(16, 32), to));
    public static readonly ElementType Q6_K = Type("Q6_K", 210, DecodeQ6);
    public static readonly ElementType IQ4_XS = Type("IQ4_XS", 136, DecodeNonLinear);

    // scales [16]: scale in the low, minimum in the high four bits; 2-bit values [64]; scale; scale of the minima.
    private static void DecodeQ2(ReadOnlySpan<byte> block, Span<float> to)
    {
        (float scale, float minimum) = (SmallBlocks.Half(block, 80), SmallBlocks.Half(block, 82));
        for (int group = 0; group < 16; group++)
        {
            // Groups of one half (128 values) share 32 bytes: the pair of groups takes two bits of each byte.
            int bytes = 16 + (group / 8 * 32) + (group % 2 * 16);
            Vector128<byte> q = Sixteen.Bits(Sixteen.Load(block, bytes), group % 8 / 2 * 2, 2, 0);
            Sixteen.ScaleAndShift(q.AsSByte(), scale * (block[group] & 0xF), -(minimum * (block[group] >> 4)), to, group * 16);
        }
    }

    // high bits [32], low two bits [64], 6-bit scales [12], scale.
    private static void DecodeQ3(ReadOnlySpan<byte> block, Span<float> to)
    {
        float scale = SmallBlocks.Half(block, 108);
        ReadOnlySpan<byte> scales = block.Slice(96, 12);
        for (int group = 0; group < 16; group++)
        {
            int pair = group / 2;
            Vector128<byte> low = Sixteen.Bits(Sixteen.Load(block, 32 + (group / 8 * 32) + (group % 2 * 16)), pair % 4 * 2, 2, 0);
            Vector128<byte> high = Sixteen.Bits(Sixteen.Load(block, group % 2 * 16), pair, 1, 2);
            int six = (group < 8 ? scales[group] & 0xF : scales[group - 8] >> 4) | (((scales[8 + (group % 4)] >> (group / 4 * 2)) & 3) << 4);
            Sixteen.Scale((low | high).AsSByte() - Vector128.Create((sbyte)4), scale * (six - 32), to, group * 16);
        }
    }

    // scale, scale of the minima, 6-bit scales and minima [12]; in Q5_K the fifth bits [32]; 4-bit values [128].
    private static void DecodeQ4AndQ5(ReadOnlySpan<byte> block, ReadOnlySpan<byte> nibbles, ReadOnlySpan<byte> fifths, Span<float> to)
    {
        (float scale, float minimum) = (SmallBlocks.Half(block, 0), SmallBlocks.Half(block, 2));
        for (int group = 0; group < Groups; group++)
        {
            (int groupScale, int groupMinimum) = SixBitPair(block.Slice(4, 12), group);
            (float product, float shift) = (scale * groupScale, -(minimum * groupMinimum));
            for (int half = 0; half < 32; half += Sixteen.Count)
            {
                Vector128<byte> bytes = Sixteen.Load(nibbles, (group / 2 * 32) + half);
                Vector128<byte> q = group % 2 == 0 ? Sixteen.Low(bytes) : Sixteen.High(bytes);
                if (!fifths.IsEmpty)
                    q |= Sixteen.Bits(Sixteen.Load(fifths, half), group, 1, 4);
                Sixteen.ScaleAndShift(q.AsSByte(), product, shift, to, (group * 32) + half);
            }
        }
    }

    // As DecodeQ4AndQ5: the products are the same numbers.
    private static void DecodeQ4Grid(ReadOnlySpan<byte> blocks, Span<byte> levels, Span<float> scales, Span<float> minima)
    {
        Span<byte> pair = stackalloc byte[2 * Sixteen.Count];
        for (int i = 0; i < scales.Length / Groups; i++)
        {
            ReadOnlySpan<byte> block = blocks.Slice(i * Q4Bytes, Q4Bytes);
            (float scale, float minimum) = (SmallBlocks.Half(block, 0), SmallBlocks.Half(block, 2));
            for (int group = 0; group < Groups; group++)
            {
                (int groupScale, int groupMinimum) = SixBitPair(block.Slice(4, 12), group);
                (scales[(i * Groups) + group], minima[(i * Groups) + group]) = (scale * groupScale, -(minimum * groupMinimum));
            }

            // Thirty-two bytes hold two groups, one in each half.
            for (int group = 0; group < Groups; group += 2)
            {
                for (int part = 0; part < 2; part++)
                {
                    Sixteen.Levels(block.Slice(16 + (group * 16) + (part * Sixteen.Count), Sixteen.Count), pair);
                    pair[..Sixteen.Count].CopyTo(levels[((i * Elements) + (group * 32) + (part * Sixteen.Count))..]);
                    pair.Slice(Sixteen.Count, Sixteen.Count).CopyTo(levels[((i * Elements) + ((group + 1) * 32) + (part * Sixteen.Count))..]);
                }
            }
        }
    }

    // The last four groups keep their upper two bits in the upper bits of the first four.
    private static (int Scale, int Minimum) SixBitPair(ReadOnlySpan<byte> packed, int group) => group < 4
        ? (packed[group] & 63, packed[group + 4] & 63)
        : ((packed[group + 4] & 0xF) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));

    // low four bits [128], high two bits [64], signed scales [16], scale.
    private static void DecodeQ6(ReadOnlySpan<byte> block, Span<float> to)
    {
        float scale = SmallBlocks.Half(block, 208);
        for (int group = 0; group < 16; group++)
        {
            // Within a half (128 values): quarter 0…3 of 32 values, and which 16 of them.
            (int half, int quarter, int part) = (group / 8, group % 8 / 2, group % 2 * 16);
            Vector128<byte> bytes = Sixteen.Load(block, (half * 64) + (quarter % 2 * 32) + part);
            Vector128<byte> low = quarter < 2 ? Sixteen.Low(bytes) : Sixteen.High(bytes);
            Vector128<byte> high = Sixteen.Bits(Sixteen.Load(block, 128 + (half * 32) + part), quarter * 2, 2, 4);
            Sixteen.Scale((low | high).AsSByte() - Vector128.Create((sbyte)32), scale * (sbyte)block[192 + group], to, group * 16);
        }
    }

    // scale, high two bits of the scales [2], their low four bits [4], 4-bit values [128].
    private static void DecodeNonLinear(ReadOnlySpan<byte> block, Span<float> to)
    {
        float scale = SmallBlocks.Half(block, 0);
        int high = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        for (int group = 0; group < 8; group++)
        {
            int six = ((block[4 + (group / 2)] >> (group % 2 * 4)) & 0xF) | (((high >> (group * 2)) & 3) << 4);
            SmallBlocks.NonLinear(Sixteen.Load(block, 8 + (group * 16)), scale * (six - 32), to, group * 32);
        }
    }

    private static ElementType Type(string name, int bytes, ElementDecoder decodeBlock) => new(name, Elements, bytes, (blocks, destination) =>
    {
        for (int i = 0; i < destination.Length / Elements; i++)
            decodeBlock(blocks.Slice(i * bytes, bytes), destination.Slice(i * Elements, Elements));
    });
}
