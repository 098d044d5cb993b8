using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>Matrix transposition, for the left operand of weight gradients.</summary>
public static unsafe class Transposition
{
    private const int Block = 32;

    /// <summary><paramref name="destination"/> [columns, rows] = <paramref name="source"/>ᵀ with source [rows, columns].</summary>
    public static void Run(WorkerTeam team, ReadOnlySpan<float> source, int rows, int columns, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, checked(rows * columns), nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, checked(rows * columns), nameof(destination));
        fixed (float* from = source, to = destination)
        {
            TransposeJob job = new(from, to, rows, columns);
            team.Run(ref job, (rows + Block - 1) / Block);
        }
    }

    private readonly struct TransposeJob(float* from, float* to, int rows, int columns) : IJob
    {
        private readonly float* _from = from;
        private readonly float* _to = to;

        public void Execute(int item, int worker)
        {
            int first = item * Block;
            TransposeBlock.Run(_from + ((nint)first * columns), columns, _to + first, rows, Math.Min(Block, rows - first), columns);
        }
    }
}
