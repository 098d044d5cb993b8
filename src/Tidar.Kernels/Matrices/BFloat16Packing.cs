using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>The jobs that round operands of <see cref="BFloat16Operand"/> and bring them into the order that kernels read.</summary>
internal static unsafe class BFloat16Packing
{
    internal readonly struct RoundJob(float* source, float* target, long count) : IJob
    {
        private const int Block = 1 << 14;

        private readonly float* _source = source;
        private readonly float* _target = target;

        public int Items => (int)((count + Block - 1) / Block);

        public void Execute(int item, int worker)
        {
            nint first = (nint)item * Block;
            BFloat16Pairs.ToFloats(_source + first, _target + first, (int)Math.Min(Block, count - first));
        }
    }

    internal readonly struct RoundRowsJob(float* x, int k, byte* target, nint rowBytes, int pairs) : IJob
    {
        private readonly float* _x = x;
        private readonly byte* _target = target;

        public void Execute(int item, int worker) => BFloat16Pairs.FromRow(_x + ((nint)item * k), k, (uint*)(_target + (item * rowBytes)), pairs);
    }

    internal readonly struct TransposeRowsJob(float* x, int k, int rows, byte* target, nint rowBytes, int pairs) : IJob
    {
        public const int Rows = 64;
        private const int BlockPairs = 64;

        private readonly float* _x = x;
        private readonly byte* _target = target;

        public void Execute(int item, int worker)
        {
            uint* block = stackalloc uint[BlockPairs * Rows];
            int first = item * Rows, count = Math.Min(Rows, rows - first);
            for (int pair = 0; pair < pairs; pair += BlockPairs)
            {
                int length = Math.Min(BlockPairs, pairs - pair);
                LoadPairs(_x + first, rows, k, pair, length, count, block, Rows);
                TransposeBlock.Run((float*)block, Rows, (float*)(_target + (first * rowBytes)) + pair, rowBytes / sizeof(float), length, count);
            }
        }
    }

    internal readonly struct PackJob(float* source, uint* panels, int k, int columns, int pairs) : IJob
    {
        private readonly float* _source = source;
        private readonly uint* _panels = panels;

        public void Execute(int item, int worker)
        {
            int first = item * Panel.Width;
            LoadPairs(_source + first, columns, k, 0, pairs, Math.Min(Panel.Width, columns - first), _panels + ((nint)first * pairs), Panel.Width);
        }
    }

    internal readonly struct PackTransposedJob(float* source, uint* panels, int k, int columns, int pairs) : IJob
    {
        private const int BlockPairs = 128;

        private readonly float* _source = source;
        private readonly uint* _panels = panels;

        public void Execute(int item, int worker)
        {
            uint* block = stackalloc uint[Panel.Width * BlockPairs];
            int first = item * Panel.Width, width = Math.Min(Panel.Width, columns - first);
            new Span<uint>(block, Panel.Width * BlockPairs).Clear();
            for (int pair = 0; pair < pairs; pair += BlockPairs)
            {
                int length = Math.Min(BlockPairs, pairs - pair);
                for (int c = 0; c < width; c++)
                    BFloat16Pairs.FromRow(_source + ((nint)(first + c) * k) + (2 * pair), Math.Clamp(k - (2 * pair), 0, 2 * length), block + (c * BlockPairs), length);
                TransposeBlock.Run((float*)block, BlockPairs, (float*)(_panels + ((nint)first * pairs) + ((nint)pair * Panel.Width)), Panel.Width, Panel.Width, length);
            }
        }
    }

    // Pairs along k of some columns of a row-major matrix: [pairs][stride], zeros where the matrix ends.
    private static void LoadPairs(float* source, int stride, int k, int firstPair, int pairs, int width, uint* target, int targetStride)
    {
        for (int j = 0; j < pairs; j++, target += targetStride)
        {
            int row = 2 * (firstPair + j);
            float* even = source + ((nint)row * stride);
            if (row + 1 < k)
                BFloat16Pairs.FromRows(even, even + stride, target, width);
            else if (row < k)
                BFloat16Pairs.FromLastRow(even, target, width);
            else
                new Span<uint>(target, width).Clear();
            new Span<uint>(target + width, targetStride - width).Clear();
        }
    }
}
