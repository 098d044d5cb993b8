using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// A linear layer's weights W [outputs, inputs], packed once when loading, for y = x·Wᵀ. A row of y is a function of that row of x and the weights alone:
/// the same bits at any number of rows, place in the batch, thread count and tier.
/// </summary>
public abstract unsafe class WeightMatrix : IDisposable
{
    /// <summary>Creates a matrix of the given shape.</summary>
    private protected WeightMatrix(int outputs, int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        Outputs = outputs;
        Inputs = inputs;
    }

    /// <summary>Rows of W.</summary>
    public int Outputs { get; }

    /// <summary>Columns of W and of x.</summary>
    public int Inputs { get; }

    /// <summary>Bytes that one multiplication reads.</summary>
    public abstract long Bytes { get; }

    /// <summary>Bytes of one prepared row of x.</summary>
    internal abstract int OperandBytes { get; }

    /// <summary>Packs rows [<paramref name="firstRow"/>, +count) of W, given as float32 [count, Inputs]. Different rows may be set from different threads.</summary>
    public abstract void SetRows(int firstRow, ReadOnlySpan<float> rows);

    /// <summary>y = x·Wᵀ, plus the low-rank term that <paramref name="x"/> was prepared with, finished as <paramref name="epilogue"/> says.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="x">Rows prepared for this matrix.</param>
    /// <param name="y">[rows, Outputs], or [rows, Outputs / 2] for <see cref="Epilogue.SwiGlu"/>; for <see cref="Epilogue.SwiGlu"/> also narrower, without the padding.</param>
    /// <param name="epilogue">What becomes of the results.</param>
    /// <param name="bias">Added to the results before that, [Outputs]; empty for none.</param>
    public void Multiply(WorkerTeam team, PreparedRows x, Span<float> y, Epilogue epilogue = Epilogue.Store, ReadOnlySpan<float> bias = default)
    {
        if (x.Count == 0)
            return;
        int width = epilogue == Epilogue.SwiGlu ? y.Length / x.Count : Outputs;
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, checked(x.Count * width), nameof(y));
        if (epilogue == Epilogue.SwiGlu)
            ArgumentOutOfRangeException.ThrowIfNotEqual(GatedRows.Count(width), Outputs, nameof(y));
        if (!bias.IsEmpty)
            ArgumentOutOfRangeException.ThrowIfNotEqual(bias.Length, Outputs, nameof(bias));
        fixed (float* py = y, pb = bias)
            Multiply(team, x.For(this), x.Count, new PanelOutput(py, epilogue == Epilogue.SwiGlu ? 2 * width : width, epilogue, pb, x.LowRank));
    }

    /// <summary>The columns of each row's largest results, without writing the results anywhere: the greedy choice of an LM head, or the candidates of a draft.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="x">Rows prepared for this matrix.</param>
    /// <param name="excluded">A column that is never chosen; -1 for none.</param>
    /// <param name="count">How many of each row.</param>
    /// <param name="columns">Receives the columns, [rows, count], the largest result first, the lowest column first among equals; -1 where there are fewer numbers.</param>
    /// <param name="values">Receives their results, [rows, count].</param>
    public void Top(WorkerTeam team, PreparedRows x, int excluded, int count, Span<int> columns, Span<float> values)
    {
        if (x.LowRank.Term is not null)
            throw new InvalidOperationException("a low-rank term is added to results, of which there are none here");
        int rows = x.Count, all = rows * count;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns.Length, all, nameof(columns));
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, all, nameof(values));
        Candidate* candidates = (Candidate*)team.Scratch((long)team.Threads * all * sizeof(Candidate));
        new Span<Candidate>(candidates, team.Threads * all).Fill(Candidate.None);
        if (rows > 0)
            Multiply(team, x.For(this), rows, new PanelOutput(candidates, rows, count, Outputs, excluded));
        for (int i = all; i < team.Threads * all; i++)
            candidates[i].EnterInto(candidates + (i % all / count * count), count);
        for (int i = 0; i < all; i++)
            (columns[i], values[i]) = (candidates[i].Column, candidates[i].Value);
    }

    /// <summary>Creates an empty matrix of the format.</summary>
    public static WeightMatrix Create(WeightFormat format, int outputs, int inputs) => format switch
    {
        WeightFormat.Float32 => new PanelMatrix<Float32Element>(outputs, inputs),
        WeightFormat.BFloat16 => new PanelMatrix<BFloat16Element>(outputs, inputs),
        WeightFormat.Int8 => new Int8Matrix(outputs, inputs),
        WeightFormat.Int4 => new Int4Matrix(outputs, inputs),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Brings one row of x [Inputs] into the form this matrix multiplies; <paramref name="x"/> is used up.</summary>
    internal abstract void PrepareRow(float* x, byte* operand);

    /// <summary>Multiplies prepared rows, <see cref="OperandBytes"/> apart.</summary>
    private protected abstract void Multiply(WorkerTeam team, byte* operands, int rows, PanelOutput output);

    /// <summary>Frees the packed weights.</summary>
    protected abstract void Dispose(bool disposing);
}
