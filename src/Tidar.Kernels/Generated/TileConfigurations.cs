using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Every tile configuration that <see cref="AmxTileCode"/> uses (Intel SDM volume 1, chapter "Programming with Intel AMX": palette 1, columns in bytes from byte 16, rows from byte 48): sums in
/// tmm0 … tmm3, activations in tmm4 and tmm5, weights in tmm6 and tmm7.
/// </summary>
internal static unsafe class TileConfigurations
{
    private const int Bytes = 64;
    private const int FirstColumns = 16;
    private const int FirstRows = 48;
    private const int Full = AmxTileCode.TileRows;

    private static readonly AlignedBuffer<byte> All = Build();

    /// <summary>The configuration for <paramref name="rows"/> rows, 1 … 32: the first tile of rows has 16 of them or what there is, the second the rest.</summary>
    public static byte* ForRows(int rows) => All.Pointer + ((rows - 1) * Bytes);

    private static AlignedBuffer<byte> Build()
    {
        AlignedBuffer<byte> all = new(2 * Full * Bytes);
        for (int rows = 1; rows <= 2 * Full; rows++)
        {
            byte* target = all.Pointer + ((rows - 1) * Bytes);
            int first = Math.Min(rows, Full), second = rows - first;
            target[0] = 1;
            ReadOnlySpan<int> tiles = [first, first, second, second, first, second, Full, Full];
            for (int tile = 0; tile < tiles.Length; tile++)
            {
                target[FirstColumns + (2 * tile)] = tiles[tile] > 0 ? (byte)Bytes : (byte)0;
                target[FirstRows + tile] = (byte)tiles[tile];
            }
        }

        return all;
    }
}
