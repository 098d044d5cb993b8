using Tidar.Kernels.Generated;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// The right operand B [k, columns] of a product y = x·B in bfloat16 with float32 sums, packed on the fly as <see cref="PackedOperand"/> does: training's large products. Both operands are rounded to
/// bfloat16 (to nearest, ties to even).
/// </summary>
/// <remarks>
/// A row's bits depend on that row and B alone. Without tiles they are the float32 kernels' bits of the rounded operands (denormals aside); tiles add in another order, see docs/kernels.md.
/// Where the processor has no bfloat16 products, or float32 is faster than they are, the rounded values are multiplied in float32.
/// </remarks>
public sealed unsafe class BFloat16Operand : IDisposable
{
    private enum Layout
    {
        Floats,
        Vectors,
        Tiles,
    }

    // A cache line between rows of x: rows a power of two apart would compete for the same cache sets.
    private const int RowGapBytes = 64;

    private readonly PackedOperand _floats = new();
    private AlignedBuffer<uint> _panels = new(0);
    private AlignedBuffer<byte> _rows = new(0);
    private AlignedBuffer<float> _rounded = new(0);
    private Layout _layout;

    /// <summary>Rows of B: the length of the sums.</summary>
    public int K { get; private set; }

    /// <summary>Columns of B and of y.</summary>
    public int Columns { get; private set; }

    private static Layout LayoutInUse =>
        Processor.Tier == KernelTier.Amx && AmxKernels.Available ? Layout.Tiles
        : Processor.Tier >= KernelTier.Avx512 && InstructionSets.FastBFloat16Vectors && VectorKernels.BFloat16.Available ? Layout.Vectors
        : Layout.Floats;

    /// <summary>The instructions in use now.</summary>
    internal static string Instructions => LayoutInUse switch
    {
        Layout.Tiles => "tdpbf16ps",
        Layout.Vectors => "vdpbf16ps 512",
        _ => "float32 multiply-add",
    };

    private int PaddedK => (K + BFloat16Job.StepK - 1) / BFloat16Job.StepK * BFloat16Job.StepK;

    private int Pairs => PaddedK / 2;

    private nint RowBytes => ((nint)PaddedK * sizeof(ushort)) + RowGapBytes;

    /// <summary>Packs B from <paramref name="b"/> [k, columns], row-major.</summary>
    public void Pack(WorkerTeam team, ReadOnlySpan<float> b, int k, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, checked(k * columns), nameof(b));
        Reserve(k, columns);
        fixed (float* source = b)
        {
            if (_layout == Layout.Floats)
            {
                _floats.Pack(team, Round(team, source, (long)k * columns), k, columns);
                return;
            }

            BFloat16Packing.PackJob job = new(source, _panels.Pointer, k, columns, Pairs);
            team.Run(ref job, Panel.Count(columns));
        }
    }

    /// <summary>Packs B = Wᵀ from <paramref name="w"/> [columns, k], row-major (a linear layer's weights [out, in]).</summary>
    public void PackTransposed(WorkerTeam team, ReadOnlySpan<float> w, int columns, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(w.Length, checked(k * columns), nameof(w));
        Reserve(k, columns);
        fixed (float* source = w)
        {
            if (_layout == Layout.Floats)
            {
                _floats.PackTransposed(team, Round(team, source, (long)k * columns), columns, k);
                return;
            }

            BFloat16Packing.PackTransposedJob job = new(source, _panels.Pointer, k, columns, Pairs);
            team.Run(ref job, Panel.Count(columns));
        }
    }

    /// <summary>y [rows, Columns] = x [rows, K] · B, added to what y holds when <paramref name="accumulate"/>.</summary>
    public void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, checked(rows * K), nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, checked(rows * Columns), nameof(y));
        fixed (float* px = x, py = y)
        {
            if (_layout == Layout.Floats)
            {
                _floats.Multiply(team, Round(team, px, (long)rows * K), rows, y, accumulate);
                return;
            }

            ReserveRows(rows);
            BFloat16Packing.RoundRowsJob round = new(px, K, _rows.Pointer, RowBytes, Pairs);
            team.Run(ref round, rows);
            Multiply(team, rows, py, accumulate);
        }
    }

    /// <summary>y [rows, Columns] = xᵀ · B with x [K, rows], added to what y holds when <paramref name="accumulate"/>: a weight gradient dyᵀ·x without a transposed copy of dy.</summary>
    public void MultiplyTransposed(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, checked(rows * K), nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, checked(rows * Columns), nameof(y));
        fixed (float* px = x, py = y)
        {
            if (_layout == Layout.Floats)
            {
                BufferGrowth.Reserve(ref _rounded, (long)rows * K);
                Span<float> transposed = _rounded.Slice(0, rows * K);
                Transposition.Run(team, x, K, rows, transposed);
                BFloat16Packing.RoundJob inPlace = new(_rounded.Pointer, _rounded.Pointer, (long)rows * K);
                team.Run(ref inPlace, inPlace.Items);
                _floats.Multiply(team, transposed, rows, y, accumulate);
                return;
            }

            ReserveRows(rows);
            BFloat16Packing.TransposeRowsJob round = new(px, K, rows, _rows.Pointer, RowBytes, Pairs);
            team.Run(ref round, (rows + BFloat16Packing.TransposeRowsJob.Rows - 1) / BFloat16Packing.TransposeRowsJob.Rows);
            Multiply(team, rows, py, accumulate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats.Dispose();
        _panels.Dispose();
        _rows.Dispose();
        _rounded.Dispose();
    }

    private void Reserve(int k, int columns)
    {
        (K, Columns, _layout) = (k, columns, LayoutInUse);
        if (_layout != Layout.Floats)
            BufferGrowth.Reserve(ref _panels, (long)Panel.Count(columns) * Panel.Width * Pairs);
    }

    private void ReserveRows(int rows) => BufferGrowth.Reserve(ref _rows, rows * RowBytes);

    private void Multiply(WorkerTeam team, int rows, float* y, bool accumulate)
    {
        BFloat16Job job = new(_rows.Pointer, RowBytes, rows, PaddedK, (byte*)_panels.Pointer, y, Columns, accumulate, _layout == Layout.Tiles);
        team.Run(ref job, job.Items);
    }

    private ReadOnlySpan<float> Round(WorkerTeam team, float* source, long count)
    {
        BufferGrowth.Reserve(ref _rounded, count);
        BFloat16Packing.RoundJob job = new(source, _rounded.Pointer, count);
        team.Run(ref job, job.Items);
        return _rounded.Slice(0, checked((int)count));
    }
}
