using Tidar.Kernels.Memory;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// The right operand B [k, columns] of a product y = x·B, packed into panels on the fly in a buffer that is reused: for matrices that change from
/// step to step, as weights and gradients do in training.
/// </summary>
public sealed unsafe class PackedOperand : IDisposable
{
    private AlignedBuffer<float> _panels = new(0);

    /// <summary>Rows of B: the length of the sums.</summary>
    public int K { get; private set; }

    /// <summary>Columns of B and of y.</summary>
    public int Columns { get; private set; }

    /// <summary>Packs B from <paramref name="b"/> [k, columns], row-major.</summary>
    public void Pack(WorkerTeam team, ReadOnlySpan<float> b, int k, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, checked(k * columns), nameof(b));
        Reserve(k, columns);
        fixed (float* source = b)
        {
            PackJob job = new(source, _panels.Pointer, k, columns);
            team.Run(ref job, Panel.Count(columns));
        }
    }

    /// <summary>Packs B = Wᵀ from <paramref name="w"/> [columns, k], row-major (a linear layer's weights [out, in]).</summary>
    public void PackTransposed(WorkerTeam team, ReadOnlySpan<float> w, int columns, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(w.Length, checked(k * columns), nameof(w));
        Reserve(k, columns);
        fixed (float* source = w)
        {
            PackTransposedJob job = new(source, _panels.Pointer, k, columns);
            team.Run(ref job, Panel.Count(columns));
        }
    }

    /// <summary>y [rows, Columns] = x [rows, K] · B, added to what y holds when <paramref name="accumulate"/>.</summary>
    public void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, checked(rows * K), nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, checked(rows * Columns), nameof(y));
        fixed (float* px = x, py = y)
            MultiplyJob<Float32Element>.Run(team, px, rows, K, _panels.Pointer, new PanelOutput(py, Columns, Epilogue.Store, null), accumulate);
    }

    /// <inheritdoc/>
    public void Dispose() => _panels.Dispose();

    private void Reserve(int k, int columns)
    {
        long needed = (long)Panel.Count(columns) * Panel.Width * k;
        BufferGrowth.Reserve(ref _panels, needed);

        (K, Columns) = (k, columns);
    }

    private readonly struct PackJob(float* source, float* panels, int k, int columns) : IJob
    {
        private readonly float* _source = source;
        private readonly float* _panels = panels;

        public void Execute(int item, int worker)
        {
            int first = item * Panel.Width;
            int width = Math.Min(Panel.Width, columns - first);
            float* target = _panels + ((nint)first * k);
            for (nint i = 0; i < k; i++)
            {
                new ReadOnlySpan<float>(_source + (i * columns) + first, width).CopyTo(new Span<float>(target + (i * Panel.Width), width));
                new Span<float>(target + (i * Panel.Width) + width, Panel.Width - width).Clear();
            }
        }
    }

    private readonly struct PackTransposedJob(float* source, float* panels, int k, int columns) : IJob
    {
        private readonly float* _source = source;
        private readonly float* _panels = panels;

        public void Execute(int item, int worker)
        {
            int first = item * Panel.Width;
            int width = Math.Min(Panel.Width, columns - first);
            float* target = _panels + ((nint)first * k);
            TransposeBlock.Run(_source + ((nint)first * k), k, target, Panel.Width, width, k);
            for (nint i = 0; width < Panel.Width && i < k; i++)
                new Span<float>(target + (i * Panel.Width) + width, Panel.Width - width).Clear();
        }
    }
}
