using Tidar.Kernels.Attention;
using Tidar.Training.Losses;

namespace Tidar.Training.Backpropagation;

/// <summary>
/// The rows of one forward and backward pass: all clean rows, then all mask rows. Clean row r is slot r of the clean store, mask rows are slots of the span
/// store.
/// </summary>
public sealed class TrainingBatch
{
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly AttentionRow[] _rows;

    internal TrainingBatch(int cleanRows, int maskRows)
    {
        CleanRows = cleanRows;
        MaskRows = maskRows;
        _tokens = new int[Rows];
        _positions = new int[Rows];
        _rows = new AttentionRow[Rows];
    }

    /// <summary>Rows of the clean half.</summary>
    public int CleanRows { get; }

    /// <summary>Rows of the mask half.</summary>
    public int MaskRows { get; }

    /// <summary>All rows.</summary>
    public int Rows => CleanRows + MaskRows;

    /// <summary>Token of every row.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>Tokens of text in the batch, whatever rows they have.</summary>
    public int TextTokens { get; init; }

    /// <summary>Position of every row in its document.</summary>
    public ReadOnlySpan<int> Positions => _positions;

    /// <summary>What every row sees.</summary>
    public ReadOnlySpan<AttentionRow> AttentionRows => _rows;

    /// <summary>Rows with a loss, clean ones first.</summary>
    public List<LossTarget> Targets { get; } = [];

    /// <summary>Number of targets that the AR loss is divided by.</summary>
    public int AutoregressiveTargets { get; internal set; }

    /// <summary>Number of targets that the diffusion loss is divided by (random masks: also those that are shown).</summary>
    public int DiffusionTargets { get; internal set; }

    internal List<AttentionDocument> Documents { get; } = [];

    private int CleanChunks => RowChunks.Count(CleanRows);

    /// <summary>Chunks of rows cut per half.</summary>
    internal int HalfChunks => CleanChunks + RowChunks.Count(MaskRows);

    /// <summary>Rows of a chunk that lies inside one half.</summary>
    internal (int First, int Count, bool IsClean) HalfChunk(int chunk)
    {
        bool isClean = chunk < CleanChunks;
        (int first, int count) = isClean ? RowChunks.Bounds(chunk, CleanRows) : RowChunks.Bounds(chunk - CleanChunks, MaskRows);
        return (isClean ? first : CleanRows + first, count, isClean);
    }

    internal void SetRow(int row, int token, int position, AttentionRow sees)
    {
        _tokens[row] = token;
        _positions[row] = position;
        _rows[row] = sees;
    }

    /// <summary>Tiles of query rows that never cross a document's border.</summary>
    /// <param name="rowsPerTile">Most rows of a tile.</param>
    /// <param name="storePerDocument">Whether document d sees clean store d, instead of all of them one store.</param>
    /// <param name="tiles">Receives the tiles; cleared first.</param>
    internal void CutTiles(int rowsPerTile, bool storePerDocument, List<AttentionTile> tiles)
    {
        tiles.Clear();
        for (int d = 0; d < Documents.Count; d++)
        {
            AttentionDocument document = Documents[d];
            int store = storePerDocument ? d : 0;
            Cut(document.CleanStart, document.CleanCount, store);
            Cut(CleanRows + document.SpanStart, document.SpanCount, store);
        }

        void Cut(int first, int count, int store)
        {
            for (int i = 0; i < count; i += rowsPerTile)
                tiles.Add(new AttentionTile(first + i, Math.Min(rowsPerTile, count - i), store));
        }
    }
}
