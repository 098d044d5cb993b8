using System.Runtime.CompilerServices;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>Where the results of a multiplication go, and how: takes over one panel of columns for a few rows at a time.</summary>
internal readonly unsafe struct PanelOutput(float* y, int columns, Epilogue epilogue, float* bias)
{
    private readonly float* _y = y;
    private readonly float* _bias = bias;

    /// <summary>Columns of the matrix, padding excluded.</summary>
    public int Columns => columns;

    /// <summary>Whether results may be written to their place at once.</summary>
    public bool IsPlain => epilogue == Epilogue.Store && _bias is null;

    /// <summary>Panels that the matrix has.</summary>
    public int Panels => epilogue == Epilogue.SwiGlu ? GatedRows.Count(columns / 2) / Panel.Width : Panel.Count(columns);

    /// <summary>Columns of y.</summary>
    public int Width => epilogue == Epilogue.SwiGlu ? columns / 2 : columns;

    /// <summary>The place of a row's first column of <paramref name="panel"/>.</summary>
    public float* At(int row, int panel) => _y + ((nint)row * Width) + ((nint)panel * (epilogue == Epilogue.SwiGlu ? GatedRows.PerPanel : Panel.Width));

    /// <summary>Takes over <paramref name="tile"/> [rows, 32]: results of <paramref name="panel"/> for rows from <paramref name="firstRow"/> on. The tile is used up.</summary>
    public void Write(float* tile, int rows, int firstRow, int panel)
    {
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
        int span = epilogue == Epilogue.SwiGlu ? GatedRows.PerPanel : Panel.Width;
        int width = Math.Min(span, Width - (panel * span));
        float* addend = _bias is null ? null : _bias + ((nint)panel * Panel.Width);
        for (int r = 0; r < rows; r++, tile += Panel.Width)
        {
            float* target = At(firstRow + r, panel);
            if (addend is not null)
                AddTo<TLanes>(tile, addend, Panel.Width);
            if (epilogue == Epilogue.SwiGlu)
                Gate<TLanes>(tile);
            if (width < span)
                WriteNarrow(tile, target, width);
            else if (epilogue == Epilogue.Add)
                AddTo<TLanes>(target, tile, Panel.Width);
            else
                Copy<TLanes>(tile, target, span);
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
            target[c] = epilogue == Epilogue.Add ? target[c] + tile[c] : tile[c];
    }
}
