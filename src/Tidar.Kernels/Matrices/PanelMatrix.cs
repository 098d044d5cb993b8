using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// Weights in panels of a floating-point format. Activations and sums are float32, so a checkpoint stored as bfloat16 gives the same bits as its widened copy in half
/// the memory traffic.
/// </summary>
/// <typeparam name="TElement">The stored format.</typeparam>
internal sealed unsafe class PanelMatrix<TElement> : WeightMatrix
    where TElement : struct, IPanelElement
{
    private const int PackBlock = 128;

    private readonly AlignedBuffer<byte> _panels;

    /// <summary>Creates a zero matrix.</summary>
    public PanelMatrix(int outputs, int inputs)
        : base(outputs, inputs) => _panels = new AlignedBuffer<byte>((long)Panel.Count(outputs) * inputs * Panel.Width * TElement.Size);

    /// <inheritdoc/>
    public override long Bytes => _panels.Length;

    /// <inheritdoc/>
    public override void SetRows(int firstRow, ReadOnlySpan<float> rows)
    {
        int count = rows.Length / Inputs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Outputs - count);

        // A block of the panel stays in the first-level cache while the rows write their columns of it.
        for (int block = 0; block < Inputs; block += PackBlock)
        {
            int length = Math.Min(PackBlock, Inputs - block);
            for (int r = 0; r < count; r++)
            {
                int row = firstRow + r;
                nint first = ((((nint)(row / Panel.Width) * Inputs) + block) * Panel.Width) + (row % Panel.Width);
                ReadOnlySpan<float> source = rows.Slice((r * Inputs) + block, length);
                for (int k = 0; k < source.Length; k++)
                    TElement.Store(_panels.Pointer, first + ((nint)k * Panel.Width), source[k]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        CheckShapes(rows, x.Length, y.Length);
        fixed (float* px = x, py = y)
            MultiplyJob<TElement>.Run(team, px, Inputs, rows, Inputs, _panels.Pointer, Outputs, py, Outputs, accumulate: false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _panels.Dispose();
}
