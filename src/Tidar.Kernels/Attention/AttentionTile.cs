namespace Tidar.Kernels.Attention;

/// <summary>Consecutive query rows that see the same clean store and are computed together.</summary>
/// <param name="FirstRow">First row of the tile.</param>
/// <param name="RowCount">Rows in the tile.</param>
/// <param name="Store">Index of the clean store that they see.</param>
public readonly record struct AttentionTile(int FirstRow, int RowCount, int Store)
{
    // Rows × heads of a group in one tile: many share the keys that are read, few enough that their scores stay in the second-level cache.
    private const int MostLines = 64;
    private const int MostScores = 1 << 16;
    private const int RowsOfRegisterTile = 8;

    /// <summary>Cuts rows into tiles: only consecutive rows of one clean store share a tile.</summary>
    /// <param name="stores">Index of the clean store of every row.</param>
    /// <param name="headsPerGroup">Query heads that share a key/value head.</param>
    /// <param name="visible">Most slots that any of the rows sees.</param>
    /// <param name="tiles">Receives the tiles; cleared first.</param>
    public static void Cut(ReadOnlySpan<int> stores, int headsPerGroup, int visible, List<AttentionTile> tiles)
    {
        tiles.Clear();
        int most = Math.Max(1, Math.Min(MostLines, MostScores / Math.Max(1, visible)) / headsPerGroup);
        if (most > RowsOfRegisterTile)
            most -= most % RowsOfRegisterTile;
        for (int first = 0; first < stores.Length;)
        {
            int count = 1;
            while (count < most && first + count < stores.Length && stores[first + count] == stores[first])
                count++;
            tiles.Add(new AttentionTile(first, count, stores[first]));
            first += count;
        }
    }
}
