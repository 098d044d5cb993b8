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
/// Where the processor has no bfloat16 products, the rounded values are multiplied in float32.
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
        : Processor.Tier >= KernelTier.Avx512 && VectorKernels.BFloat16.Available ? Layout.Vectors
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

            PackJob job = new(source, _panels.Pointer, k, columns, Pairs);
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

            PackTransposedJob job = new(source, _panels.Pointer, k, columns, Pairs);
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
            RoundRowsJob round = new(px, K, _rows.Pointer, RowBytes, Pairs);
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
                Grow(ref _rounded, (long)rows * K);
                Span<float> transposed = _rounded.Slice(0, rows * K);
                Transposition.Run(team, x, K, rows, transposed);
                RoundJob inPlace = new(_rounded.Pointer, _rounded.Pointer, (long)rows * K);
                team.Run(ref inPlace, inPlace.Items);
                _floats.Multiply(team, transposed, rows, y, accumulate);
                return;
            }

            ReserveRows(rows);
            TransposeRowsJob round = new(px, K, rows, _rows.Pointer, RowBytes, Pairs);
            team.Run(ref round, (rows + TransposeRowsJob.Rows - 1) / TransposeRowsJob.Rows);
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

    private nint RowBytes => ((nint)PaddedK * sizeof(ushort)) + RowGapBytes;

    private static void Grow<T>(ref AlignedBuffer<T> buffer, long length)
        where T : unmanaged
    {
        if (buffer.Length >= length)
            return;
        buffer.Dispose();
        buffer = new AlignedBuffer<T>(length);
    }

    private void Reserve(int k, int columns)
    {
        (K, Columns, _layout) = (k, columns, LayoutInUse);
        if (_layout != Layout.Floats)
            Grow(ref _panels, (long)Panel.Count(columns) * Panel.Width * Pairs);
    }

    private void ReserveRows(int rows) => Grow(ref _rows, rows * RowBytes);

    private void Multiply(WorkerTeam team, int rows, float* y, bool accumulate)
    {
        BFloat16Job job = new(_rows.Pointer, RowBytes, rows, PaddedK, (byte*)_panels.Pointer, y, Columns, accumulate, _layout == Layout.Tiles);
        team.Run(ref job, job.Items);
    }

    private ReadOnlySpan<float> Round(WorkerTeam team, float* source, long count)
    {
        Grow(ref _rounded, count);
        RoundJob job = new(source, _rounded.Pointer, count);
        team.Run(ref job, job.Items);
        return _rounded.Slice(0, checked((int)count));
    }

    private readonly struct RoundJob(float* source, float* target, long count) : IJob
    {
        private const int Block = 1 << 14;

        private readonly float* _source = source;
        private readonly float* _target = target;

        public int Items => (int)((count + Block - 1) / Block);

        public void Execute(int item, int worker)
        {
            nint first = (nint)item * Block;
            BFloat16Pairs.ToFloats(_source + first, _target + first, (int)Math.Min(Block, count - first));
        }
    }

    private readonly struct RoundRowsJob(float* x, int k, byte* target, nint rowBytes, int pairs) : IJob
    {
        private readonly float* _x = x;
        private readonly byte* _target = target;

        public void Execute(int item, int worker) => BFloat16Pairs.FromRow(_x + ((nint)item * k), k, (uint*)(_target + (item * rowBytes)), pairs);
    }

    private readonly struct TransposeRowsJob(float* x, int k, int rows, byte* target, nint rowBytes, int pairs) : IJob
    {
        public const int Rows = 32;
        private const int BlockPairs = 64;

        private readonly float* _x = x;
        private readonly byte* _target = target;

        public void Execute(int item, int worker)
        {
            uint* block = stackalloc uint[BlockPairs * Rows];
            int first = item * Rows, count = Math.Min(Rows, rows - first);
            for (int pair = 0; pair < pairs; pair += BlockPairs)
            {
                int length = Math.Min(BlockPairs, pairs - pair);
                BlockOfPairs.Load(_x + first, rows, k, pair, length, count, block);
                TransposeBlock.Run((float*)block, Rows, (float*)(_target + (first * rowBytes)) + pair, rowBytes / sizeof(float), length, count);
            }
        }
    }

    private readonly struct PackJob(float* source, uint* panels, int k, int columns, int pairs) : IJob
    {
        private readonly float* _source = source;
        private readonly uint* _panels = panels;

        public void Execute(int item, int worker)
        {
            int first = item * Panel.Width;
            BlockOfPairs.Load(_source + first, columns, k, 0, pairs, Math.Min(Panel.Width, columns - first), _panels + ((nint)first * pairs));
        }
    }

    private readonly struct PackTransposedJob(float* source, uint* panels, int k, int columns, int pairs) : IJob
    {
        private const int BlockPairs = 128;

        private readonly float* _source = source;
        private readonly uint* _panels = panels;

        public void Execute(int item, int worker)
        {
            uint* block = stackalloc uint[Panel.Width * BlockPairs];
            int first = item * Panel.Width, width = Math.Min(Panel.Width, columns - first);
            new Span<uint>(block, Panel.Width * BlockPairs).Clear();
            for (int pair = 0; pair < pairs; pair += BlockPairs)
            {
                int length = Math.Min(BlockPairs, pairs - pair);
                for (int c = 0; c < width; c++)
                    BFloat16Pairs.FromRow(_source + ((nint)(first + c) * k) + (2 * pair), Math.Clamp(k - (2 * pair), 0, 2 * length), block + (c * BlockPairs), length);
                TransposeBlock.Run((float*)block, BlockPairs, (float*)(_panels + ((nint)first * pairs) + ((nint)pair * Panel.Width)), Panel.Width, Panel.Width, length);
            }
        }
    }

    /// <summary>Pairs along k of some columns of a row-major matrix: [pairs][32], zeros where the matrix ends.</summary>
    private static class BlockOfPairs
    {
        public static void Load(float* source, int stride, int k, int firstPair, int pairs, int width, uint* target)
        {
            for (int j = 0; j < pairs; j++, target += Panel.Width)
            {
                int row = 2 * (firstPair + j);
                float* even = source + ((nint)row * stride);
                if (row + 1 < k)
                    BFloat16Pairs.FromRows(even, even + stride, target, width);
                else if (row < k)
                    BFloat16Pairs.FromLastRow(even, target, width);
                else
                    new Span<uint>(target, width).Clear();
                new Span<uint>(target + width, Panel.Width - width).Clear();
            }
        }
    }
}
