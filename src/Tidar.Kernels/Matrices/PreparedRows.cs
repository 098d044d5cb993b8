using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// The input rows of a multiplication in the form that a matrix multiplies: as they are for floating-point weights, rotated and quantized for integer ones. Prepared once
/// for a pass over the weights, together with the norm before it where there is one, and with the first half of a low-rank term. Grows when a larger pass comes, never shrinks.
/// </summary>
public sealed unsafe class PreparedRows : IDisposable
{
    // Rows that read a low-rank term's A together.
    private const int MostRowsPerItem = 12;

    private AlignedBuffer<byte> _rows = new(0);
    private AlignedBuffer<float> _scratch = new(0);
    private AlignedBuffer<byte> _reduced = new(0);
    private AlignedBuffer<byte> _marks = new(0);
    private WeightMatrix? _matrix;
    private LowRankTerm? _term;

    /// <summary>Rows prepared at present.</summary>
    public int Count { get; private set; }

    /// <summary>The low-rank term that the multiplication is going to add.</summary>
    internal LowRankRows LowRank => new(_term, _reduced.Pointer, _marks.Pointer);

    /// <summary>Prepares x [rows, inputs] for <paramref name="matrix"/>.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="matrix">Will be multiplied.</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="term">Added to the results of some rows; null for none.</param>
    /// <param name="marks">Says of every row whether <paramref name="term"/> is added to it.</param>
    public void Set(WorkerTeam team, WeightMatrix matrix, ReadOnlySpan<float> x, int rows, LowRankTerm? term = null, ReadOnlySpan<bool> marks = default) =>
        Run(team, matrix, x, rows, [], 0, term, marks);

    /// <summary>Prepares norm(x), x [rows, inputs]: see <see cref="RmsNorm"/>.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="matrix">Will be multiplied.</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="weight">The norm's weight, [inputs].</param>
    /// <param name="epsilon">The norm's ε.</param>
    /// <param name="term">Added to the results of some rows; null for none.</param>
    /// <param name="marks">Says of every row whether <paramref name="term"/> is added to it.</param>
    public void SetNormalized(
        WorkerTeam team, WeightMatrix matrix, ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> weight, float epsilon, LowRankTerm? term = null, ReadOnlySpan<bool> marks = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weight.Length, matrix.Inputs, nameof(weight));
        Run(team, matrix, x, rows, weight, epsilon, term, marks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _scratch.Dispose();
        _reduced.Dispose();
        _marks.Dispose();
    }

    /// <summary>The rows, <see cref="WeightMatrix.OperandBytes"/> each, if they were prepared for <paramref name="matrix"/>.</summary>
    internal byte* For(WeightMatrix matrix)
    {
        if (_matrix != matrix)
            throw new InvalidOperationException("the rows were prepared for another matrix");
        return _rows.Pointer;
    }

    private void Run(
        WorkerTeam team, WeightMatrix matrix, ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> norm, float epsilon, LowRankTerm? term, ReadOnlySpan<bool> marks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, checked(rows * matrix.Inputs), nameof(x));
        term?.CheckFor(matrix);
        (_matrix, _term, Count) = (matrix, Mark(term, marks, rows) ? term : null, rows);
        int most = 1;
        long scratch = Job.ScratchFor(matrix, null, most), rowBytes = (long)rows * matrix.OperandBytes;
        if (_term is not null)
        {
            most = RowsPerItem(rows, team.Threads);
            scratch = Job.ScratchFor(matrix, _term, most);
            long reduced = (long)rows * _term.Up.OperandBytes;
            BufferGrowth.Reserve(ref _reduced, reduced, reduced / 8);
        }

        BufferGrowth.Reserve(ref _rows, rowBytes, rowBytes / 8);
        BufferGrowth.Reserve(ref _scratch, team.Threads * scratch, team.Threads * scratch / 8);
        fixed (float* px = x, weight = norm)
        {
            Job job = new(matrix, px, rows, weight, epsilon, _scratch.Pointer, scratch, _rows.Pointer, LowRank, _reduced.Pointer, most);
            team.Run(ref job, (rows + most - 1) / most);
        }
    }

    // Whether any row gets the term.
    private bool Mark(LowRankTerm? term, ReadOnlySpan<bool> marks, int rows)
    {
        if (term is null)
            return false;
        ArgumentOutOfRangeException.ThrowIfLessThan(marks.Length, rows, nameof(marks));
        BufferGrowth.Reserve(ref _marks, rows, rows / 8);
        bool any = false;
        for (int i = 0; i < rows; i++)
        {
            _marks.Pointer[i] = marks[i] ? (byte)1 : (byte)0;
            any |= marks[i];
        }

        return any;
    }

    // Items of equal size, as many for every thread.
    private static int RowsPerItem(int rows, int threads)
    {
        int each = (rows + threads - 1) / threads, items = (each + MostRowsPerItem - 1) / MostRowsPerItem;
        return (each + items - 1) / items;
    }

    private readonly struct Job(
        WeightMatrix matrix, float* x, int rows, float* norm, float epsilon, float* scratch, long scratchFloats, byte* target, LowRankRows lowRank, byte* reduced, int rowsPerItem) : IJob
    {
        private readonly float* _x = x;
        private readonly float* _norm = norm;
        private readonly float* _scratch = scratch;
        private readonly byte* _target = target;
        private readonly byte* _reduced = reduced;

        // A row, and with a term: a copy of it, the rows as A wants them, and what multiplying by A needs.
        public static long ScratchFor(WeightMatrix matrix, LowRankTerm? term, int rowsPerItem)
        {
            long row = Aligned(matrix.Inputs);
            if (term is null)
                return row;
            return row + (term.SharesRows ? 0 : row + (rowsPerItem * Aligned(term.Down.OperandBytes / sizeof(float)))) + Aligned(term.ScratchFloats(rowsPerItem));
        }

        public void Execute(int item, int worker)
        {
            int first = item * rowsPerItem, end = Math.Min(first + rowsPerItem, rows);
            float* own = _scratch + (worker * (nint)scratchFloats);
            while (first < end)
            {
                int run = lowRank.Term is null ? 0 : lowRank.Run(first, end);
                if (run == 0)
                    Prepare(Read(first, own), first);
                else
                    PrepareMarked(lowRank.Term!, first, run, own);
                first += Math.Max(1, run);
            }
        }

        private void PrepareMarked(LowRankTerm term, int first, int count, float* own)
        {
            nint width = (nint)Aligned(matrix.Inputs), downBytes = term.Down.OperandBytes;
            byte* operands = _target + ((nint)first * matrix.OperandBytes);
            float* rest = own + width;
            if (!term.SharesRows)
            {
                operands = (byte*)(rest + width);
                rest += width + (rowsPerItem * (nint)Aligned(downBytes / sizeof(float)));
            }

            for (int i = 0; i < count; i++)
            {
                float* row = Read(first + i, own);
                if (!term.SharesRows)
                {
                    new ReadOnlySpan<float>(row, matrix.Inputs).CopyTo(new Span<float>(own + width, matrix.Inputs));
                    term.Down.PrepareRow(own + width, operands + (i * downBytes));
                }

                Prepare(row, first + i);
            }

            term.Reduce(operands, count, _reduced + ((nint)first * term.Up.OperandBytes), rest);
        }

        private float* Read(int row, float* copy)
        {
            int width = matrix.Inputs;
            ReadOnlySpan<float> source = new(_x + ((nint)row * width), width);
            if (_norm is null)
                source.CopyTo(new Span<float>(copy, width));
            else
                RmsNorm.Run(source, new ReadOnlySpan<float>(_norm, width), epsilon, new Span<float>(copy, width));
            return copy;
        }

        private void Prepare(float* values, int row) => matrix.PrepareRow(values, _target + ((nint)row * matrix.OperandBytes));

        // Whole cache lines.
        private static long Aligned(long floats) => (floats + 15) / 16 * 16;
    }
}
