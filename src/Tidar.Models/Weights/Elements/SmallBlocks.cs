using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Tidar.Kernels.Matrices;

namespace Tidar.Models.Weights.Elements;

/// <summary>
/// GGUF's formats in blocks of 32 values with one half-precision scale, and a minimum in the <c>_1</c> kinds. Every value is one rounded product, plus one
/// rounded sum where there is a minimum, as in ggml's reference.
/// </summary>
internal static class SmallBlocks
{
    /// <summary>Values a block.</summary>
    public const int Elements = 32;

    /// <summary>The sixteen levels of the non-linear 4-bit kinds.</summary>
    internal static readonly Vector128<sbyte> NonLinearLevels =
        Vector128.Create((sbyte)-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    public static readonly ElementType Q4_0 = Type("Q4_0", 18, static (block, to) =>
    {
        Vector128<byte> q = Sixteen.Load(block, 2);
        float scale = Half(block, 0);
        Sixteen.Scale(Sixteen.Low(q).AsSByte() - Vector128.Create((sbyte)8), scale, to, 0);
        Sixteen.Scale(Sixteen.High(q).AsSByte() - Vector128.Create((sbyte)8), scale, to, 16);
    }) with
    {
        GridScales = Int4Scales.HalfSymmetric,
        DecodeGrid = static (blocks, levels, scales, minima) =>
        {
            for (int i = 0; i < scales.Length; i++)
            {
                ReadOnlySpan<byte> block = blocks.Slice(i * 18, 18);
                scales[i] = Half(block, 0);
                minima[i] = -8 * scales[i];
                Sixteen.Levels(block[2..], levels[(i * Elements)..]);
            }
        },
    };

    public static readonly ElementType Q4_1 = Type("Q4_1", 20, static (block, to) =>
    {
        Vector128<byte> q = Sixteen.Load(block, 4);
        (float scale, float minimum) = (Half(block, 0), Half(block, 2));
        Sixteen.ScaleAndShift(Sixteen.Low(q).AsSByte(), scale, minimum, to, 0);
        Sixteen.ScaleAndShift(Sixteen.High(q).AsSByte(), scale, minimum, to, 16);
    }) with
    {
        GridScales = Int4Scales.Half,
        DecodeGrid = static (blocks, levels, scales, minima) =>
        {
            for (int i = 0; i < scales.Length; i++)
            {
                ReadOnlySpan<byte> block = blocks.Slice(i * 20, 20);
                (scales[i], minima[i]) = (Half(block, 0), Half(block, 2));
                Sixteen.Levels(block[4..], levels[(i * Elements)..]);
            }
        },
    };

    public static readonly ElementType Q5_0 = Type("Q5_0", 22, static (block, to) =>
    {
        Vector128<byte> q = Sixteen.Load(block, 6);
        float scale = Half(block, 0);
        Sixteen.Scale((Sixteen.Low(q) | FifthBits(block, 2)).AsSByte() - Vector128.Create((sbyte)16), scale, to, 0);
        Sixteen.Scale((Sixteen.High(q) | FifthBits(block, 4)).AsSByte() - Vector128.Create((sbyte)16), scale, to, 16);
    });

    public static readonly ElementType Q5_1 = Type("Q5_1", 24, static (block, to) =>
    {
        Vector128<byte> q = Sixteen.Load(block, 8);
        (float scale, float minimum) = (Half(block, 0), Half(block, 2));
        Sixteen.ScaleAndShift((Sixteen.Low(q) | FifthBits(block, 4)).AsSByte(), scale, minimum, to, 0);
        Sixteen.ScaleAndShift((Sixteen.High(q) | FifthBits(block, 6)).AsSByte(), scale, minimum, to, 16);
    });

    public static readonly ElementType Q8_0 = Type("Q8_0", 34, static (block, to) =>
    {
        float scale = Half(block, 0);
        Sixteen.Scale(Sixteen.Load(block, 2).AsSByte(), scale, to, 0);
        Sixteen.Scale(Sixteen.Load(block, 18).AsSByte(), scale, to, 16);
    });

    public static readonly ElementType IQ4_NL = Type("IQ4_NL", 18, static (block, to) => NonLinear(Sixteen.Load(block, 2), Half(block, 0), to, 0));

    /// <summary>Thirty-two non-linear 4-bit values: low halves first, then high halves.</summary>
    internal static void NonLinear(Vector128<byte> q, float scale, Span<float> destination, int offset)
    {
        Sixteen.Scale(Vector128.Shuffle(NonLinearLevels, Sixteen.Low(q).AsSByte()), scale, destination, offset);
        Sixteen.Scale(Vector128.Shuffle(NonLinearLevels, Sixteen.High(q).AsSByte()), scale, destination, offset + 16);
    }

    /// <summary>A half-precision number, widened.</summary>
    internal static float Half(ReadOnlySpan<byte> block, int offset) => (float)BinaryPrimitives.ReadHalfLittleEndian(block[offset..]);

    // Sixteen bits, one a value, moved to bit 4 of every byte.
    private static Vector128<byte> FifthBits(ReadOnlySpan<byte> block, int offset)
    {
        Vector128<byte> spread = Vector128.Create(Vector64.Create(block[offset]), Vector64.Create(block[offset + 1]));
        Vector128<byte> bit = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        return Vector128.Equals(spread & bit, bit) & Vector128.Create((byte)16);
    }

    private static ElementType Type(string name, int bytes, ElementDecoder decodeBlock) => new(name, Elements, bytes, (blocks, destination) =>
    {
        for (int i = 0; i < destination.Length / Elements; i++)
            decodeBlock(blocks.Slice(i * bytes, bytes), destination.Slice(i * Elements, Elements));
    });
}
