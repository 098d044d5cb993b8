using Tidar.Kernels.Matrices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Training.Backpropagation;

/// <summary>The right operand B [k, columns] of a product y = x·B in the precision of a run.</summary>
internal sealed class TrainingOperand(TrainingPrecision precision) : IOperand
{
    private readonly PackedOperand? _float32 = precision == TrainingPrecision.Float32 ? new() : null;
    private readonly BFloat16Operand? _bfloat16 = precision switch
    {
        TrainingPrecision.Float32 => null,
        TrainingPrecision.BFloat16 => new(),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "weights that change are not quantized"),
    };

    private AlignedBuffer<float> _transposed = new(0);

    /// <inheritdoc/>
    public void Pack(WorkerTeam team, ReadOnlySpan<float> b, int k, int columns)
    {
        _float32?.Pack(team, b, k, columns);
        _bfloat16?.Pack(team, b, k, columns);
    }

    /// <inheritdoc/>
    public void PackTransposed(WorkerTeam team, ReadOnlySpan<float> w, int columns, int k)
    {
        _float32?.PackTransposed(team, w, columns, k);
        _bfloat16?.PackTransposed(team, w, columns, k);
    }

    /// <inheritdoc/>
    public void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        _float32?.Multiply(team, x, rows, y, accumulate);
        _bfloat16?.Multiply(team, x, rows, y, accumulate);
    }

    /// <summary>y [rows, columns] = xᵀ · B with x [k, rows], added to what y holds when <paramref name="accumulate"/>.</summary>
    public void MultiplyTransposed(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        _bfloat16?.MultiplyTransposed(team, x, rows, y, accumulate);
        if (_float32 is null)
            return;
        long needed = (long)_float32.K * rows;
        BufferGrowth.Reserve(ref _transposed, needed);
        Span<float> transposed = _transposed.Slice(0, checked((int)needed));
        Transposition.Run(team, x, _float32.K, rows, transposed);
        _float32.Multiply(team, transposed, rows, y, accumulate);
    }

    public void Dispose()
    {
        _float32?.Dispose();
        _bfloat16?.Dispose();
        _transposed.Dispose();
    }
}
