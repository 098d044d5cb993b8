using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>Float32 weights in panels.</summary>
public sealed unsafe class Float32Matrix : WeightMatrix
{
    private readonly AlignedBuffer<float> _panels;

    /// <summary>Creates a zero matrix.</summary>
    public Float32Matrix(int outputs, int inputs)
        : base(outputs, inputs) => _panels = new AlignedBuffer<float>((long)Panel.Count(outputs) * inputs * Panel.Width);

    /// <inheritdoc/>
    public override long Bytes => _panels.Length * sizeof(float);

    /// <inheritdoc/>
    public override void SetRows(int firstRow, ReadOnlySpan<float> rows)
    {
        int count = rows.Length / Inputs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Outputs - count);
        for (int r = 0; r < count; r++)
        {
            int row = firstRow + r;
            float* target = _panels.Pointer + ((long)(row / Panel.Width) * Inputs * Panel.Width) + (row % Panel.Width);
            ReadOnlySpan<float> source = rows.Slice(r * Inputs, Inputs);
            for (int k = 0; k < source.Length; k++)
                target[(nint)k * Panel.Width] = source[k];
        }
    }

    /// <inheritdoc/>
    public override void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        CheckShapes(rows, x.Length, y.Length);
        fixed (float* px = x, py = y)
            MultiplyJob<Float32Element>.Run(team, px, Inputs, rows, Inputs, _panels.Pointer, sizeof(float), Outputs, py, Outputs, accumulate: false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _panels.Dispose();
}
