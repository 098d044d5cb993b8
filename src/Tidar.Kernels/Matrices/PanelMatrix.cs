using System.Runtime.Intrinsics;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// Weights in panels of a floating-point format. Activations and sums are float32, so a checkpoint stored as bfloat16 gives the same bits as its widened copy in half
/// the memory traffic.
/// </summary>
/// <typeparam name="TElement">The stored format.</typeparam>
internal sealed unsafe class PanelMatrix<TElement> : WeightMatrix, IFactorMatrix
    where TElement : struct, IPanelElement
{
    private const int PackBlock = 128;

    private readonly AlignedBuffer<byte> _panels;

    private int PanelBytes => Inputs * Panel.Width * TElement.Size;

    /// <summary>Creates a zero matrix.</summary>
    public PanelMatrix(int outputs, int inputs)
        : base(outputs, inputs) => _panels = new AlignedBuffer<byte>((long)Panel.Count(outputs) * inputs * Panel.Width * TElement.Size);

    /// <inheritdoc/>
    public override long Bytes => _panels.Length;

    /// <inheritdoc/>
    internal override int OperandBytes => Inputs * sizeof(float);

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
    internal override void PrepareRow(float* x, byte* operand) => new ReadOnlySpan<float>(x, Inputs).CopyTo(new Span<float>(operand, Inputs));

    /// <inheritdoc/>
    private protected override void Multiply(WorkerTeam team, byte* operands, int rows, PanelOutput output) =>
        MultiplyJob<TElement>.Run(team, (float*)operands, rows, Inputs, _panels.Pointer, output, accumulate: false);

    /// <inheritdoc/>
    void IFactorMatrix.MultiplyPanel(byte* operands, int rows, int panel, float* tile) => PanelMultiply.Run<TElement>(
        (float*)operands, Inputs, rows, _panels.Pointer + ((nint)panel * PanelBytes), Inputs, tile, Panel.Width, accumulate: false);

    /// <inheritdoc/>
    void IFactorMatrix.AddPanel(byte* operands, int rows, int panel, float* tile, float* scratch)
    {
        ((IFactorMatrix)this).MultiplyPanel(operands, rows, panel, scratch);
        for (int i = 0; i < rows * Panel.Width; i += 4)
            (Vector128.Load(tile + i) + Vector128.Load(scratch + i)).Store(tile + i);
    }

    /// <inheritdoc/>
    void IFactorMatrix.Prefetch(int panel) => Prefetching.Range(_panels.Pointer + ((nint)panel * PanelBytes), PanelBytes);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _panels.Dispose();
}
