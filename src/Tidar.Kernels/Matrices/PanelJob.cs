using System.Runtime.CompilerServices;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>All panels × all rows, split into groups of panels × chunks of rows; every result goes to the output while it is in the nearest cache.</summary>
internal readonly unsafe struct PanelJob<TKernel> : IJob
    where TKernel : struct, IPanelKernel
{
    // Rows of a chunk stay in the second-level cache while panels pass.
    private const int ChunkBytes = 512 << 10;
    private const int ItemsPerThread = 16;
    private const int MostPanels = 8;

    // Results are written for several calls of few rows at once.
    private const int LeastWritten = 12;

    private readonly TKernel _kernel;
    private readonly byte* _operands;
    private readonly int _rows;
    private readonly PanelOutput _output;
    private readonly int _mostRows;
    private readonly int _writtenRows;
    private readonly int _chunkRows;
    private readonly int _chunks;
    private readonly int _panels;
    private readonly int _panelsPerItem;

    private PanelJob(TKernel kernel, byte* operands, int rows, PanelOutput output, int threads)
    {
        _kernel = kernel;
        _operands = operands;
        _rows = rows;
        _output = output;
        _mostRows = kernel.MostRows;
        _writtenRows = Math.Max(1, LeastWritten / _mostRows) * _mostRows;
        _chunkRows = Math.Max(1, ChunkBytes / kernel.OperandBytes / _mostRows) * _mostRows;
        _chunks = (rows + _chunkRows - 1) / _chunkRows;
        _panels = output.Panels;
        _panelsPerItem = _chunks == 1 ? 1 : Math.Clamp(_panels / (threads * ItemsPerThread), 1, MostPanels);
    }

    public static void Run(WorkerTeam team, TKernel kernel, byte* operands, int rows, PanelOutput output)
    {
        PanelJob<TKernel> job = new(kernel, operands, rows, output, team.Threads);
        team.Run(ref job, (job._panels + job._panelsPerItem - 1) / job._panelsPerItem * job._chunks);
    }

    [SkipLocalsInit]
    public void Execute(int item, int worker)
    {
        // Chunks of rows vary fastest: a group of panels is still in a cache when the next chunk comes.
        int chunk = item % _chunks, firstRow = chunk * _chunkRows;
        int lastRow = Math.Min(_rows, firstRow + _chunkRows);
        int firstPanel = item / _chunks * _panelsPerItem;
        int lastPanel = Math.Min(firstPanel + _panelsPerItem, _panels);
        int tileRows = TileRows(lastRow - firstRow), calls = (lastRow - firstRow + tileRows - 1) / tileRows;
        float* tile = stackalloc float[_writtenRows * Panel.Width];
        for (int panel = firstPanel; panel < lastPanel; panel++)
        {
            int row = firstRow, written = firstRow;
            _output.Prefetch(panel);
            for (int call = 0; call < calls; call++, row += tileRows)
            {
                int rows = Math.Min(tileRows, lastRow - row);
                if (row + rows - written > _writtenRows)
                {
                    _output.Write(tile, row - written, written, panel, worker);
                    written = row;
                }

                // The thread that has this panel mostly gets the next one too.
                PanelAhead ahead = new(Math.Min(panel + 1, _panels - 1), (chunk * calls) + call, _chunks * calls);
                _kernel.Run(_operands + ((nint)row * _kernel.OperandBytes), rows, panel, ahead, tile + ((row - written) * Panel.Width));
            }

            _output.Write(tile, lastRow - written, written, panel, worker);
        }
    }

    // As few calls as can be, of about equal height: a last one with few rows would unpack the weights for little.
    private int TileRows(int rows)
    {
        int calls = (rows + _mostRows - 1) / _mostRows, height = (rows + calls - 1) / calls, step = _kernel.RowStep;
        return (height + step - 1) / step * step;
    }
}
