using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// A linear layer's weights W [outputs, inputs], packed once when loading, for y = x·Wᵀ. A row of y is a function of that row of x and the weights alone:
/// the same bits at any number of rows, place in the batch, thread count and tier.
/// </summary>
public abstract class WeightMatrix : IDisposable
{
    /// <summary>Creates a matrix of the given shape.</summary>
    protected WeightMatrix(int outputs, int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        Outputs = outputs;
        Inputs = inputs;
    }

    /// <summary>Rows of W, columns of y.</summary>
    public int Outputs { get; }

    /// <summary>Columns of W and of x.</summary>
    public int Inputs { get; }

    /// <summary>Bytes that one multiplication reads.</summary>
    public abstract long Bytes { get; }

    /// <summary>Packs rows [<paramref name="firstRow"/>, +count) of W, given as float32 [count, Inputs]. Different rows may be set from different threads.</summary>
    public abstract void SetRows(int firstRow, ReadOnlySpan<float> rows);

    /// <summary>y = x·Wᵀ with x [rows, Inputs] and y [rows, Outputs].</summary>
    public abstract void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y);

    /// <summary>Creates an empty matrix of the format.</summary>
    public static WeightMatrix Create(WeightFormat format, int outputs, int inputs) => format switch
    {
        WeightFormat.Float32 => new PanelMatrix<Float32Element>(outputs, inputs),
        WeightFormat.BFloat16 => new PanelMatrix<BFloat16Element>(outputs, inputs),
        WeightFormat.Int8 => new Int8Matrix(outputs, inputs),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the packed weights.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Checks the lengths that <see cref="Multiply"/> was given.</summary>
    protected void CheckShapes(int rows, int xLength, int yLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(xLength, checked(rows * Inputs), nameof(xLength));
        ArgumentOutOfRangeException.ThrowIfLessThan(yLength, checked(rows * Outputs), nameof(yLength));
    }
}
