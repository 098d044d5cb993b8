using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// The input rows of a multiplication in the form that a matrix multiplies: as they are for floating-point weights, rotated and quantized for integer ones. Prepared once
/// for a pass over the weights, together with the norm before it where there is one. Grows when a larger pass comes, never shrinks.
/// </summary>
public sealed unsafe class PreparedRows : IDisposable
{
    private AlignedBuffer<byte> _rows = new(0);
    private AlignedBuffer<float> _scratch = new(0);
    private WeightMatrix? _matrix;

    /// <summary>Rows prepared at present.</summary>
    public int Count { get; private set; }

    /// <summary>Prepares x [rows, inputs] for <paramref name="matrix"/>.</summary>
    public void Set(WorkerTeam team, WeightMatrix matrix, ReadOnlySpan<float> x, int rows) => Run(team, matrix, x, rows, [], 0);

    /// <summary>Prepares norm(x), x [rows, inputs]: see <see cref="RmsNorm"/>.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="matrix">Will be multiplied.</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="weight">The norm's weight, [inputs].</param>
    /// <param name="epsilon">The norm's ε.</param>
    public void SetNormalized(WorkerTeam team, WeightMatrix matrix, ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> weight, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weight.Length, matrix.Inputs, nameof(weight));
        Run(team, matrix, x, rows, weight, epsilon);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _scratch.Dispose();
    }

    /// <summary>The rows, <see cref="WeightMatrix.OperandBytes"/> each, if they were prepared for <paramref name="matrix"/>.</summary>
    internal byte* For(WeightMatrix matrix)
    {
        if (_matrix != matrix)
            throw new InvalidOperationException("the rows were prepared for another matrix");
        return _rows.Pointer;
    }

    private void Run(WorkerTeam team, WeightMatrix matrix, ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> norm, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, checked(rows * matrix.Inputs), nameof(x));
        (_matrix, Count) = (matrix, rows);
        long rowBytes = (long)rows * matrix.OperandBytes, scratch = (long)team.Threads * matrix.Inputs;
        BufferGrowth.Reserve(ref _rows, rowBytes, rowBytes / 8);
        BufferGrowth.Reserve(ref _scratch, scratch, scratch / 8);
        fixed (float* px = x, weight = norm)
        {
            Job job = new(matrix, px, weight, epsilon, _scratch.Pointer, _rows.Pointer);
            team.Run(ref job, rows);
        }
    }

    private readonly struct Job(WeightMatrix matrix, float* x, float* norm, float epsilon, float* scratch, byte* target) : IJob
    {
        private readonly float* _x = x;
        private readonly float* _norm = norm;
        private readonly float* _scratch = scratch;
        private readonly byte* _target = target;

        public void Execute(int item, int worker)
        {
            int width = matrix.Inputs;
            ReadOnlySpan<float> source = new(_x + ((nint)item * width), width);
            float* row = _scratch + ((nint)worker * width);
            if (_norm is null)
                source.CopyTo(new Span<float>(row, width));
            else
                RmsNorm.Run(source, new ReadOnlySpan<float>(_norm, width), epsilon, new Span<float>(row, width));
            matrix.PrepareRow(row, _target + ((nint)item * matrix.OperandBytes));
        }
    }
}
