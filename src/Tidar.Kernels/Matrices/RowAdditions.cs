namespace Tidar.Kernels.Matrices;

/// <summary>Something to add to some rows of a multiplication's results, before its epilogue: what a low-rank adapter says about them.</summary>
/// <param name="values">[additions, outputs rounded up to whole panels].</param>
/// <param name="indices">For every row of the multiplication its addition, or -1; empty for none at all.</param>
public readonly ref struct RowAdditions(ReadOnlySpan<float> values, ReadOnlySpan<int> indices)
{
    /// <summary>[additions, outputs rounded up to whole panels].</summary>
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>For every row of the multiplication its addition, or -1; empty for none at all.</summary>
    public ReadOnlySpan<int> Indices { get; } = indices;

    /// <summary>Values of one addition to a matrix of so many outputs.</summary>
    public static int Width(int outputs) => Panel.Count(outputs) * Panel.Width;
}
