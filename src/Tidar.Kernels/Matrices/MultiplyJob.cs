using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>y[rows, columns] (+)= x[rows, k] · panels, split into groups of panels × chunks of rows.</summary>
internal unsafe struct MultiplyJob<TElement> : IJob
    where TElement : struct, IPanelElement
{
    // A block of k that stays in the first-level cache while all rows of a chunk pass over it: 192 · 32 · 4 bytes = 24 KiB.
    private const int BlockK = 192;
    private const int ChunkRows = 96;
    private const int RowsWithoutBlocking = 8;
    private const int ItemsPerThread = 6;

    private readonly float* _x;
    private readonly int _rows;
    private readonly int _k;
    private readonly byte* _panels;
    private readonly int _columns;
    private readonly float* _y;
    private readonly nint _strideX;
    private readonly nint _strideY;
    private readonly bool _accumulate;
    private readonly int _panelsPerItem;
    private readonly int _panelItems;

    private MultiplyJob(float* x, nint strideX, int rows, int k, void* panels, int columns, float* y, nint strideY, bool accumulate, int threads)
    {
        _x = x;
        _strideX = strideX;
        _rows = rows;
        _k = k;
        _panels = (byte*)panels;
        _columns = columns;
        _y = y;
        _strideY = strideY;
        _accumulate = accumulate;
        int panelCount = Panel.Count(columns);
        _panelsPerItem = Math.Max(1, panelCount / (threads * ItemsPerThread));
        _panelItems = (panelCount + _panelsPerItem - 1) / _panelsPerItem;
    }

    public static void Run(
        WorkerTeam team, float* x, nint strideX, int rows, int k, void* panels, int columns, float* y, nint strideY, bool accumulate)
    {
        MultiplyJob<TElement> job = new(x, strideX, rows, k, panels, columns, y, strideY, accumulate, team.Threads);
        team.Run(ref job, job._panelItems * ((rows + ChunkRows - 1) / ChunkRows));
    }

    public void Execute(int item, int worker)
    {
        int chunk = item / _panelItems;
        int firstPanel = item % _panelItems * _panelsPerItem;
        int lastPanel = Math.Min(firstPanel + _panelsPerItem, Panel.Count(_columns));
        int firstRow = chunk * ChunkRows;
        int rows = Math.Min(ChunkRows, _rows - firstRow);
        for (int panel = firstPanel; panel < lastPanel; panel++)
        {
            int width = Math.Min(Panel.Width, _columns - (panel * Panel.Width));
            float* x = _x + (firstRow * _strideX);
            float* y = _y + (firstRow * _strideY) + ((nint)panel * Panel.Width);
            byte* weights = _panels + ((nint)panel * _k * Panel.Width * TElement.Size);
            if (width == Panel.Width)
                MultiplyPanel(x, rows, weights, y, _strideY, _accumulate);
            else
                MultiplyNarrowPanel(x, rows, weights, y, width);
        }
    }

    private readonly void MultiplyPanel(float* x, int rows, byte* weights, float* y, nint strideY, bool accumulate)
    {
        if (rows <= RowsWithoutBlocking || _k <= BlockK)
        {
            PanelMultiply.Run<TElement>(x, _strideX, rows, weights, _k, y, strideY, accumulate);
            return;
        }

        for (int k = 0; k < _k; k += BlockK)
        {
            PanelMultiply.Run<TElement>(
                x + k, _strideX, rows, weights + ((nint)k * Panel.Width * TElement.Size), Math.Min(BlockK, _k - k), y, strideY, accumulate || k > 0);
        }
    }

    // The last panel of a matrix may have fewer columns than the kernel writes: it goes through a tile on the stack.
    private readonly void MultiplyNarrowPanel(float* x, int rows, byte* weights, float* y, int width)
    {
        float* tile = stackalloc float[ChunkRows * Panel.Width];
        if (_accumulate)
        {
            for (int r = 0; r < rows; r++)
                new ReadOnlySpan<float>(y + (r * _strideY), width).CopyTo(new Span<float>(tile + (r * Panel.Width), width));
        }

        MultiplyPanel(x, rows, weights, tile, Panel.Width, _accumulate);
        for (int r = 0; r < rows; r++)
            new ReadOnlySpan<float>(tile + (r * Panel.Width), width).CopyTo(new Span<float>(y + (r * _strideY), width));
    }
}
