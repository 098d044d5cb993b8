namespace Tidar.Benchmarks.Peers;

/// <summary>A GGUF block type that peers run fast: its number, its size, and how 32 weights become a block, as ggml's reference code does it.</summary>
/// <param name="Name">Name in file names.</param>
/// <param name="TypeNumber">Number of the tensor type in the file.</param>
/// <param name="FileType">Number in <c>general.file_type</c>.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="Quantize">Writes a block.</param>
internal sealed record BlockType(string Name, uint TypeNumber, uint FileType, int BlockBytes, BlockType.Quantizer Quantize)
{
    /// <summary>Weights of a block.</summary>
    public const int Elements = 32;

    /// <summary>Writes one block of 32 weights.</summary>
    public delegate void Quantizer(ReadOnlySpan<float> weights, Span<byte> block);

    /// <summary>8 bits a weight and a float16 scale.</summary>
    public static BlockType Q8 { get; } = new("q8_0", 8, 7, 34, QuantizeQ8);

    /// <summary>4 bits a weight and a float16 scale.</summary>
    public static BlockType Q4 { get; } = new("q4_0", 2, 2, 18, QuantizeQ4);

    private static void QuantizeQ8(ReadOnlySpan<float> weights, Span<byte> block)
    {
        float most = 0;
        foreach (float w in weights)
            most = MathF.Max(most, MathF.Abs(w));
        float scale = most / 127, inverse = scale == 0 ? 0 : 1 / scale;
        BitConverter.TryWriteBytes(block, (Half)scale);
        for (int i = 0; i < Elements; i++)
            block[2 + i] = unchecked((byte)(sbyte)MathF.Round(weights[i] * inverse, MidpointRounding.AwayFromZero));
    }

    // The weight of largest magnitude becomes -8; the second half of the block lies in the high nibbles.
    private static void QuantizeQ4(ReadOnlySpan<float> weights, Span<byte> block)
    {
        float extreme = 0;
        foreach (float w in weights)
            extreme = MathF.Abs(w) > MathF.Abs(extreme) ? w : extreme;
        float scale = extreme / -8, inverse = scale == 0 ? 0 : 1 / scale;
        BitConverter.TryWriteBytes(block, (Half)scale);
        for (int i = 0; i < Elements / 2; i++)
            block[2 + i] = (byte)(Nibble(weights[i] * inverse) | (Nibble(weights[i + (Elements / 2)] * inverse) << 4));
    }

    private static int Nibble(float value) => Math.Min(15, (int)(value + 8.5f));
}
