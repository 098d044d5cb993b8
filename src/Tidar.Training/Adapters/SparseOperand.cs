using System.Numerics;
using Tidar.Kernels.Elementwise;
using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;
using Tidar.Training.Backpropagation;

namespace Tidar.Training.Adapters;

/// <summary>
/// A right operand in float32 for rows of which few entries matter: of each row, entries below <see cref="Share"/> of the sum of all magnitudes are left out. The gradient of a softmax over a vocabulary is such a row: some
/// hundreds of tokens hold all but about a hundredth of it, and the product is fifty times cheaper than the dense one. Products are the same bits on every processor and at any number of threads.
/// </summary>
internal sealed class SparseOperand : IOperand
{
    /// <summary>What share of a row's magnitudes an entry must have.</summary>
    public const float Share = 1f / (1 << 17);

    private AlignedBuffer<float>? _rows;
    private int _columns;

    /// <inheritdoc/>
    public void Pack(WorkerTeam team, ReadOnlySpan<float> b, int k, int columns)
    {
        _rows?.Dispose();
        _rows = new AlignedBuffer<float>((long)k * columns);
        _columns = columns;
        b[..checked(k * columns)].CopyTo(_rows.Slice(0, k * columns));
    }

    /// <inheritdoc/>
    public void PackTransposed(WorkerTeam team, ReadOnlySpan<float> w, int columns, int k)
    {
        using AlignedBuffer<float> transposed = new((long)k * columns);
        Span<float> b = transposed.Slice(0, checked(k * columns));
        Transposition.Run(team, w, columns, k, b);
        Pack(team, b, k, columns);
    }

    /// <inheritdoc/>
    public void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int count, Span<float> y, bool accumulate = false)
    {
        AlignedBuffer<float> rows = _rows ?? throw new InvalidOperationException("nothing is packed");
        MultiplyJob job = new(rows, _columns, x, count, y, accumulate);
        team.Run(ref job, count);
    }

    public void Dispose() => _rows?.Dispose();

    private readonly ref struct MultiplyJob(AlignedBuffer<float> rows, int columns, ReadOnlySpan<float> x, int count, Span<float> y, bool accumulate) : IJob
    {
        private readonly ReadOnlySpan<float> _x = x;
        private readonly Span<float> _y = y;

        public void Execute(int item, int worker)
        {
            int k = _x.Length / count;
            ReadOnlySpan<float> row = _x.Slice(item * k, k);
            Span<float> result = _y.Slice(item * columns, columns);
            if (!accumulate)
                result.Clear();
            float least = Share * Reduction.SumOfMagnitudes(row);
            Vector<float> bound = new(least);
            int i = 0;
            for (; i + Vector<float>.Count <= k; i += Vector<float>.Count)
            {
                if (Vector.GreaterThanOrEqualAny(Vector.Abs(new Vector<float>(row[i..])), bound))
                    Add(row, i, i + Vector<float>.Count, least, result);
            }

            Add(row, i, k, least, result);
        }

        private void Add(ReadOnlySpan<float> row, int first, int end, float least, Span<float> result)
        {
            for (int i = first; i < end; i++)
            {
                if (MathF.Abs(row[i]) >= least && row[i] != 0)
                    Activations.AddScaled(result, rows.Slice((long)i * columns, columns), row[i], result);
            }
        }
    }
}
