using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>Bfloat16 weights in panels; activations and sums stay float32, so a checkpoint stored as bfloat16 gives the same bits as its widened copy in half the memory traffic.</summary>
public sealed unsafe class BFloat16Matrix : WeightMatrix
{
    private readonly AlignedBuffer<ushort> _panels;

    /// <summary>Creates a zero matrix.</summary>
    public BFloat16Matrix(int outputs, int inputs)
        : base(outputs, inputs) => _panels = new AlignedBuffer<ushort>((long)Panel.Count(outputs) * inputs * Panel.Width);

    /// <inheritdoc/>
    public override long Bytes => _panels.Length * sizeof(ushort);

    /// <inheritdoc/>
    public override void SetRows(int firstRow, ReadOnlySpan<float> rows)
    {
        int count = rows.Length / Inputs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Outputs - count);
        for (int r = 0; r < count; r++)
        {
            int row = firstRow + r;
            ushort* target = _panels.Pointer + ((long)(row / Panel.Width) * Inputs * Panel.Width) + (row % Panel.Width);
            ReadOnlySpan<float> source = rows.Slice(r * Inputs, Inputs);
            for (int k = 0; k < source.Length; k++)
                target[(nint)k * Panel.Width] = BFloat16.FromSingle(source[k]);
        }
    }

    /// <inheritdoc/>
    public override void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        CheckShapes(rows, x.Length, y.Length);
        fixed (float* px = x, py = y)
            MultiplyJob<BFloat16Element>.Run(team, px, Inputs, rows, Inputs, _panels.Pointer, sizeof(ushort), Outputs, py, Outputs, accumulate: false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _panels.Dispose();
}
