using System.Runtime.CompilerServices;
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
    private readonly int _panelCount;
    private readonly PanelOutput _output;
    private readonly bool _accumulate;
    private readonly int _panelsPerItem;
    private readonly int _panelItems;

    private MultiplyJob(float* x, int rows, int k, void* panels, PanelOutput output, bool accumulate, int threads)
    {
        _x = x;
        _rows = rows;
        _k = k;
        _panels = (byte*)panels;
        _output = output;
        _accumulate = accumulate;
        _panelCount = output.Panels;
        _panelsPerItem = Math.Max(1, _panelCount / (threads * ItemsPerThread));
        _panelItems = (_panelCount + _panelsPerItem - 1) / _panelsPerItem;
    }

    /// <summary>Runs it; with <paramref name="accumulate"/>, sums go on from what a plain output holds, as if the chain along k had not been cut.</summary>
    public static void Run(WorkerTeam team, float* x, int rows, int k, void* panels, PanelOutput output, bool accumulate)
    {
        MultiplyJob<TElement> job = new(x, rows, k, panels, output, accumulate, team.Threads);
        team.Run(ref job, job._panelItems * ((rows + ChunkRows - 1) / ChunkRows));
    }

    public void Execute(int item, int worker)
    {
        int chunk = item / _panelItems;
        int firstPanel = item % _panelItems * _panelsPerItem;
        int lastPanel = Math.Min(firstPanel + _panelsPerItem, _panelCount);
        int firstRow = chunk * ChunkRows;
        int rows = Math.Min(ChunkRows, _rows - firstRow);
        float* x = _x + ((nint)firstRow * _k);
        for (int panel = firstPanel; panel < lastPanel; panel++)
        {
            byte* weights = _panels + ((nint)panel * _k * Panel.Width * TElement.Size);
            if (_output.IsPlain && (panel + 1) * Panel.Width <= _output.Columns)
                MultiplyPanel(x, rows, weights, _output.At(firstRow, panel), _output.Columns, _accumulate);
            else
                MultiplyThroughTile(x, rows, weights, firstRow, panel, worker);
        }
    }

    private readonly void MultiplyPanel(float* x, int rows, byte* weights, float* y, nint strideY, bool accumulate)
    {
        if (rows <= RowsWithoutBlocking || _k <= BlockK)
        {
            PanelMultiply.Run<TElement>(x, _k, rows, weights, _k, y, strideY, accumulate);
            return;
        }

        for (int k = 0; k < _k; k += BlockK)
        {
            PanelMultiply.Run<TElement>(
                x + k, _k, rows, weights + ((nint)k * Panel.Width * TElement.Size), Math.Min(BlockK, _k - k), y, strideY, accumulate || k > 0);
        }
    }

    [SkipLocalsInit]
    private readonly void MultiplyThroughTile(float* x, int rows, byte* weights, int firstRow, int panel, int worker)
    {
        float* tile = stackalloc float[ChunkRows * Panel.Width];
        if (_accumulate)
        {
            int width = Math.Min(Panel.Width, _output.Columns - (panel * Panel.Width));
            for (int r = 0; r < rows; r++)
                new ReadOnlySpan<float>(_output.At(firstRow + r, panel), width).CopyTo(new Span<float>(tile + (r * Panel.Width), width));
        }

        MultiplyPanel(x, rows, weights, tile, Panel.Width, _accumulate);
        _output.Write(tile, rows, firstRow, panel, worker);
    }
}
