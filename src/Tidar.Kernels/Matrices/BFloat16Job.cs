using Tidar.Kernels.Generated;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>y [rows, columns] (+)= x·B of bfloat16 pairs, split into chunks of rows × groups of panels.</summary>
internal readonly unsafe struct BFloat16Job : IJob
{
    /// <summary>Values along k that tile code takes at once: k is padded to whole ones.</summary>
    public const int StepK = 32;

    // 512 · 32 · 2 bytes: a block of a panel stays in the first-level cache while the rows of a chunk pass over it; a chunk's block of x and its part of y, in the second.
    private const int BlockK = 512;
    private const int ChunkRows = 192;
    private const int GroupPanels = 4;

    private readonly byte* _x;
    private readonly nint _strideX;
    private readonly int _rows;
    private readonly int _paddedK;
    private readonly byte* _panels;
    private readonly float* _y;
    private readonly int _columns;
    private readonly bool _accumulate;
    private readonly bool _tiles;

    public BFloat16Job(byte* x, nint strideX, int rows, int paddedK, byte* panels, float* y, int columns, bool accumulate, bool tiles)
    {
        _x = x;
        _strideX = strideX;
        _rows = rows;
        _paddedK = paddedK;
        _panels = panels;
        _y = y;
        _columns = columns;
        _accumulate = accumulate;
        _tiles = tiles;
    }

    public int Items => PanelItems * ((_rows + ChunkRows - 1) / ChunkRows);

    private int PanelItems => (Panel.Count(_columns) + GroupPanels - 1) / GroupPanels;

    public void Execute(int item, int worker)
    {
        int firstRow = item / PanelItems * ChunkRows, rows = Math.Min(ChunkRows, _rows - firstRow);
        int firstPanel = item % PanelItems * GroupPanels, lastPanel = Math.Min(firstPanel + GroupPanels, Panel.Count(_columns));
        float* narrow = stackalloc float[ChunkRows * Panel.Width];
        bool lastIsNarrow = lastPanel * Panel.Width > _columns;
        if (lastIsNarrow && _accumulate)
            CopyNarrow(narrow, firstRow, rows, lastPanel - 1, write: false);
        for (int k = 0; k < _paddedK; k += BlockK)
        {
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                bool throughTile = lastIsNarrow && panel == lastPanel - 1;
                float* y = throughTile ? narrow : _y + ((nint)firstRow * _columns) + ((nint)panel * Panel.Width);
                MultiplyBlock(firstRow, rows, panel, k, y, throughTile ? Panel.Width : _columns);
            }
        }

        if (lastIsNarrow)
            CopyNarrow(narrow, firstRow, rows, lastPanel - 1, write: true);
    }

    private void MultiplyBlock(int firstRow, int rows, int panel, int k, float* y, nint strideY)
    {
        byte* weights = _panels + ((((nint)panel * _paddedK) + k) * Panel.Width * sizeof(ushort));
        TileArguments arguments = new()
        {
            A = _x + (firstRow * _strideX) + (k * sizeof(ushort)),
            AStride = _strideX,
            Weights = weights,
            Groups = Math.Min(BlockK, _paddedK - k) / 2,
            C = (byte*)y,
            CStride = strideY * sizeof(float),
            Accumulate = _accumulate || k > 0 ? 1 : 0,
            Prefetch = weights,
        };
        if (_tiles)
            AmxKernels.Run(bfloat16: true, rows, arguments);
        else
            VectorKernels.BFloat16.Run(rows, arguments);
    }

    // The last panel of a matrix may have fewer columns than the kernel writes: its sums stay in a tile on the stack.
    private void CopyNarrow(float* tile, int firstRow, int rows, int panel, bool write)
    {
        int width = _columns - (panel * Panel.Width);
        for (int r = 0; r < rows; r++)
        {
            Span<float> inTile = new(tile + (r * Panel.Width), width), inY = new(_y + ((nint)(firstRow + r) * _columns) + ((nint)panel * Panel.Width), width);
            if (write)
                inTile.CopyTo(inY);
            else
                inY.CopyTo(inTile);
        }
    }
}
