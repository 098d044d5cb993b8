using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>Where the results of a multiplication go, and how: takes over one panel of columns for a few rows at a time.</summary>
internal readonly unsafe struct PanelOutput
{
    private readonly float* _y;
    private readonly float* _bias;
    private readonly Epilogue _epilogue;
    private readonly LowRankRows _lowRank;
    private readonly Candidate* _candidates;
    private readonly int _rows;
    private readonly int _kept;
    private readonly int _excluded;

    /// <summary>Results go to <paramref name="y"/>, plus bias, plus the low-rank term of the rows that have it.</summary>
    public PanelOutput(float* y, int columns, Epilogue epilogue, float* bias, LowRankRows lowRank = default)
    {
        _y = y;
        _bias = bias;
        _lowRank = lowRank;
        (Columns, _epilogue, _excluded) = (columns, epilogue, -1);
    }

    /// <summary>
    /// Of each row only the <paramref name="kept"/> largest results are kept, per worker: <paramref name="candidates"/> is [workers, rows, kept], best first.
    /// <paramref name="excluded"/> is never among them.
    /// </summary>
    public PanelOutput(Candidate* candidates, int rows, int kept, int columns, int excluded)
    {
        _candidates = candidates;
        (_rows, _kept, Columns, _epilogue, _excluded) = (rows, kept, columns, Epilogue.Store, excluded);
    }

    /// <summary>Columns of the matrix, padding excluded.</summary>
    public int Columns { get; }

    /// <summary>Whether results may be written to their place at once.</summary>
    public bool IsPlain => _epilogue == Epilogue.Store && _bias is null && _candidates is null && _lowRank.Term is null;

    /// <summary>Panels that the matrix has.</summary>
    public int Panels => _epilogue == Epilogue.SwiGlu ? GatedRows.Count(Columns / 2) / Panel.Width : Panel.Count(Columns);

    /// <summary>Columns of y.</summary>
    public int Width => _epilogue == Epilogue.SwiGlu ? Columns / 2 : Columns;

    /// <summary>The place of a row's first column of <paramref name="panel"/>.</summary>
    public float* At(int row, int panel) => _y + ((nint)row * Width) + ((nint)panel * (_epilogue == Epilogue.SwiGlu ? GatedRows.PerPanel : Panel.Width));

    /// <summary>Asks for what <see cref="Write"/> will read of a panel, before the panel is multiplied.</summary>
    public void Prefetch(int panel) => _lowRank.Term?.Prefetch(panel);

    /// <summary>Takes over <paramref name="tile"/> [rows, 32]: results of <paramref name="panel"/> for rows from <paramref name="firstRow"/> on. The tile is used up.</summary>
    public void Write(float* tile, int rows, int firstRow, int panel, int worker)
    {
        if (_candidates is not null)
        {
            Keep(tile, rows, firstRow, panel, worker);
            return;
        }

        switch (Processor.VectorTier)
        {
            case KernelTier.Avx512:
                Write<Lanes512>(tile, rows, firstRow, panel);
                break;
            case KernelTier.Avx2:
                Write<Lanes256>(tile, rows, firstRow, panel);
                break;
            default:
                Write<Lanes128>(tile, rows, firstRow, panel);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write<TLanes>(float* tile, int rows, int firstRow, int panel)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int span = _epilogue == Epilogue.SwiGlu ? GatedRows.PerPanel : Panel.Width;
        int width = Math.Min(span, Width - (panel * span));
        float* addend = _bias is null ? null : _bias + ((nint)panel * Panel.Width);
        for (int r = 0; addend is not null && r < rows; r++)
            AddTo<TLanes>(tile + (r * Panel.Width), addend, Panel.Width);
        if (_lowRank.Term is not null)
            AddLowRank(tile, rows, firstRow, panel);
        for (int r = 0; r < rows; r++, tile += Panel.Width)
        {
            float* target = At(firstRow + r, panel);
            if (_epilogue == Epilogue.SwiGlu)
                Gate<TLanes>(tile);
            if (width < span)
                WriteNarrow(tile, target, width);
            else if (_epilogue == Epilogue.Add)
                AddTo<TLanes>(target, tile, Panel.Width);
            else
                Copy<TLanes>(tile, target, span);
        }
    }

    [SkipLocalsInit]
    private void AddLowRank(float* tile, int rows, int firstRow, int panel)
    {
        float* scratch = stackalloc float[rows * Panel.Width];
        for (int r = 0; r < rows;)
        {
            int run = _lowRank.Run(firstRow + r, firstRow + rows);
            if (run > 0)
                _lowRank.Expand(firstRow + r, run, panel, tile + (r * Panel.Width), scratch);
            r += Math.Max(1, run);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TLanes>(float* target, float* addend, int width)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (nint i = 0; i < width; i += TLanes.Count)
            TLanes.Store(TLanes.Add(TLanes.Load(target + i), TLanes.Load(addend + i)), target + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TLanes>(float* source, float* target, int width)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (nint i = 0; i < width; i += TLanes.Count)
            TLanes.Store(TLanes.Load(source + i), target + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gate<TLanes>(float* tile)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (nint i = 0; i < GatedRows.PerPanel; i += TLanes.Count)
            TLanes.Store(Activations.SwiGlu(TLanes.Load(tile + i), TLanes.Load(tile + GatedRows.PerPanel + i)), tile + i);
    }

    // The last panel of a matrix may have fewer columns than a register.
    private void WriteNarrow(float* tile, float* target, int width)
    {
        for (int c = 0; c < width; c++)
            target[c] = _epilogue == Epilogue.Add ? target[c] + tile[c] : tile[c];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(float* tile, int rows, int firstRow, int panel, int worker)
    {
        int first = panel * Panel.Width, width = Math.Min(Panel.Width, Columns - first);
        Candidate* best = _candidates + ((((nint)worker * _rows) + firstRow) * _kept);
        for (int r = 0; r < rows; r++, tile += Panel.Width, best += _kept)
        {
            if (_excluded >= first && _excluded < first + width)
                tile[_excluded - first] = float.NegativeInfinity;
            Candidate* last = best + _kept - 1;
            if (width == Panel.Width && Vector512.IsHardwareAccelerated
                && !Vector512.GreaterThanOrEqualAny(Vector512.Load(tile), Vector512.Create(last->Value))
                && !Vector512.GreaterThanOrEqualAny(Vector512.Load(tile + 16), Vector512.Create(last->Value)))
            {
                continue;
            }

            for (int c = 0; c < width; c++)
            {
                // Negative infinity stands for "none".
                if (tile[c] >= last->Value && tile[c] > float.NegativeInfinity)
                    new Candidate(tile[c], first + c).EnterInto(best, _kept);
            }
        }
    }
}
