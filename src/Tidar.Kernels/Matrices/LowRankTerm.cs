namespace Tidar.Kernels.Matrices;

/// <summary>
/// What a low-rank adapter adds to some rows of a multiplication: y += B·(A·x). It costs no job of its own: A is multiplied where rows are prepared
/// (<see cref="PreparedRows"/>), B where results are finished (<see cref="PanelOutput"/>). A row's addition is a function of that row and the weights alone.
/// </summary>
/// <remarks>In int8 beside a quantized matrix, with the same bits on every tier; otherwise float32, and a float32 matrix with it computes exactly what is written above.</remarks>
public sealed unsafe class LowRankTerm : IDisposable
{
    private readonly WeightMatrix _matrix;
    private readonly IFactorMatrix _down;
    private readonly IFactorMatrix _up;

    /// <summary>Creates an empty one.</summary>
    /// <param name="matrix">To whose results it is added.</param>
    /// <param name="rank">Rows of A, columns of B.</param>
    public LowRankTerm(WeightMatrix matrix, int rank)
    {
        _matrix = matrix;
        bool quantized = matrix is Int8Matrix or Int4Matrix;

        // Rotated as the matrix is: it can be multiplied by the rows that were prepared for the matrix.
        Down = matrix is Int8Matrix { RotationBlock: var block } ? new Int8Matrix(rank, matrix.Inputs, block) : Create(quantized, rank, matrix.Inputs);
        Up = Create(quantized, matrix.Outputs, rank);
        (_down, _up) = ((IFactorMatrix)Down, (IFactorMatrix)Up);
    }

    /// <summary>A, [rank, inputs].</summary>
    public WeightMatrix Down { get; }

    /// <summary>B, [outputs, rank], rows in the order of the matrix.</summary>
    public WeightMatrix Up { get; }

    /// <summary>Bytes of both.</summary>
    public long Bytes => Down.Bytes + Up.Bytes;

    /// <summary>Whether A multiplies rows as they are prepared for the matrix; otherwise they are prepared for A too.</summary>
    internal bool SharesRows => _matrix is not Int4Matrix;

    /// <summary>Floats of scratch memory that <see cref="Reduce"/> needs for so many rows.</summary>
    internal int ScratchFloats(int rows) => rows * (Panel.Width + Down.Outputs);

    /// <inheritdoc/>
    public void Dispose()
    {
        Down.Dispose();
        Up.Dispose();
    }

    /// <summary>Throws unless it was made for <paramref name="matrix"/>.</summary>
    internal void CheckFor(WeightMatrix matrix)
    {
        if (matrix != _matrix)
            throw new InvalidOperationException("the low-rank term was made for another matrix");
    }

    /// <summary>A·x of rows prepared for A, prepared for B: <paramref name="reduced"/> is [rows] of B's rows.</summary>
    internal void Reduce(byte* operands, int rows, byte* reduced, float* scratch)
    {
        int rank = Down.Outputs;
        float* tile = scratch, inner = scratch + (rows * Panel.Width);
        for (int panel = 0; panel < Panel.Count(rank); panel++)
        {
            int first = panel * Panel.Width, width = Math.Min(Panel.Width, rank - first);
            _down.MultiplyPanel(operands, rows, panel, tile);
            for (int r = 0; r < rows; r++)
                new ReadOnlySpan<float>(tile + (r * Panel.Width), width).CopyTo(new Span<float>(inner + (r * rank) + first, width));
        }

        for (int r = 0; r < rows; r++)
            Up.PrepareRow(inner + (r * rank), reduced + ((nint)r * Up.OperandBytes));
    }

    /// <summary>tile [rows, 32] += B·(A·x) for one panel of results; <paramref name="scratch"/> is as large as the tile.</summary>
    internal void Expand(byte* reduced, int rows, int panel, float* tile, float* scratch) => _up.AddPanel(reduced, rows, panel, tile, scratch);

    /// <summary>Asks for B's share of a panel to be brought nearer.</summary>
    internal void Prefetch(int panel) => _up.Prefetch(panel);

    private static WeightMatrix Create(bool quantized, int outputs, int inputs) =>
        WeightMatrix.Create(quantized ? WeightFormat.Int8 : WeightFormat.Float32, outputs, inputs);
}
