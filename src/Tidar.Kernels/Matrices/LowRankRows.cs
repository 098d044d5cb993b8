namespace Tidar.Kernels.Matrices;

/// <summary>A low-rank term at work on the rows of a multiplication.</summary>
/// <param name="term">The term; null for none.</param>
/// <param name="reduced">A·x of every marked row r, prepared for B, at r times the bytes of such a row.</param>
/// <param name="marks">For every row 1 if it gets the term, else 0.</param>
internal readonly unsafe struct LowRankRows(LowRankTerm? term, byte* reduced, byte* marks)
{
    private readonly byte* _reduced = reduced;
    private readonly byte* _marks = marks;

    /// <summary>The term; null for none.</summary>
    public LowRankTerm? Term => term;

    /// <summary>The number of marked rows from <paramref name="first"/> on, up to the first that is not marked or to <paramref name="end"/>.</summary>
    public int Run(int first, int end)
    {
        int row = first;
        while (row < end && _marks[row] != 0)
            row++;
        return row - first;
    }

    /// <summary>Adds the term to one panel of results for rows from <paramref name="firstRow"/> on, all marked: <paramref name="tile"/> [rows, 32].</summary>
    public void Expand(int firstRow, int rows, int panel, float* tile, float* scratch) =>
        term!.Expand(_reduced + ((nint)firstRow * term.Up.OperandBytes), rows, panel, tile, scratch);
}
