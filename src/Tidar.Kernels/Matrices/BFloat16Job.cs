using System.Runtime.Intrinsics.X86;
using Tidar.Kernels.Generated;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>y [rows, columns] (+)= x·B of bfloat16 pairs, split into chunks of rows × groups of panels.</summary>
internal readonly unsafe struct BFloat16Job : IJob
{
    /// <summary>Values along k that tile code takes at once: k is padded to whole ones.</summary>
    public const int StepK = 32;

    // A block of a panel, 64 KiB, and a chunk's block of x, at most 768 KiB, stay in the second-level cache.
    private const int BlockK = 1024;
    private const int MostChunkRows = 384;
    private const int GroupPanels = 4;
    private const int RowsOfTileCall = 96;
    private const int LineBytes = 64;

    private readonly byte* _x;
    private readonly nint _strideX;
    private readonly int _rows;
    private readonly int _paddedK;
    private readonly byte* _panels;
    private readonly float* _y;
    private readonly int _columns;
    private readonly bool _accumulate;
    private readonly bool _tiles;
    private readonly int _chunkRows;
    private readonly int _chunks;
    private readonly int _groups;

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

        // Chunks of equal size, of whole calls.
        int rowsOfCall = RowsOfCall, chunks = (rows + MostChunkRows - 1) / MostChunkRows;
        _chunkRows = ((rows + chunks - 1) / chunks + rowsOfCall - 1) / rowsOfCall * rowsOfCall;
        _chunks = (rows + _chunkRows - 1) / _chunkRows;
        _groups = (Panel.Count(columns) + GroupPanels - 1) / GroupPanels;
    }

    public int Items => _chunks * _groups;

    private int RowsOfCall => _tiles ? RowsOfTileCall : VectorTileCode.MostRows;

    public void Execute(int item, int worker)
    {
        // A chunk of x stays in the cache while groups of panels pass.
        int firstRow = item / _groups * _chunkRows, rows = Math.Min(_chunkRows, _rows - firstRow);
        int firstPanel = item % _groups * GroupPanels, lastPanel = Math.Min(firstPanel + GroupPanels, Panel.Count(_columns));
        bool lastIsNarrow = lastPanel * Panel.Width > _columns;
        float* narrow = stackalloc float[lastIsNarrow ? rows * Panel.Width : 0];
        if (lastIsNarrow && _accumulate)
            CopyNarrow(narrow, firstRow, rows, lastPanel - 1, write: false);
        for (int k = 0; k < _paddedK; k += BlockK)
        {
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                if (lastIsNarrow && panel == lastPanel - 1)
                    MultiplyBlock(firstRow, rows, panel, k, narrow, Panel.Width);
                else
                    MultiplyBlock(firstRow, rows, panel, k, _y + ((nint)firstRow * _columns) + ((nint)panel * Panel.Width), _columns);
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
        for (int row = 0, now; row < rows; row += now)
        {
            now = Math.Min(RowsOfCall, rows - row);
            if (Sse.IsSupported && _accumulate && k == 0)
                PrefetchSums(arguments.C + (now * arguments.CStride), arguments.CStride, Math.Min(RowsOfCall, rows - row - now));
            if (_tiles)
                AmxKernels.Run(bfloat16: true, now, arguments);
            else
                VectorKernels.BFloat16.Run(now, arguments);
            arguments.A += now * arguments.AStride;
            arguments.C += now * arguments.CStride;
        }
    }

    // What the next call adds to comes from memory, in pieces that the processor does not foresee.
    private static void PrefetchSums(byte* sums, nint stride, int rows)
    {
        for (int r = 0; r < rows; r++, sums += stride)
        {
            Sse.Prefetch1(sums);
            Sse.Prefetch1(sums + LineBytes);
        }
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
