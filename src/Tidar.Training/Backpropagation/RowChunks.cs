namespace Tidar.Training.Backpropagation;

/// <summary>
/// Rows are worked on in chunks of fixed size. Sums over all rows (gradients of norms and biases) are made per chunk and then in the order of the chunks:
/// the same bits at any number of threads.
/// </summary>
internal static class RowChunks
{
    /// <summary>Rows in a chunk: a whole number of key panels, so that no two chunks write the same panel.</summary>
    public const int Size = 64;

    public static int Count(int rows) => (rows + Size - 1) / Size;

    /// <summary>First row and number of rows of a chunk.</summary>
    public static (int First, int Count) Bounds(int chunk, int rows) => (chunk * Size, Math.Min(Size, rows - (chunk * Size)));
}
