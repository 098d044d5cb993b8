using Tidar.Kernels.Memory;
using Tidar.Kernels.Quantization;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// 8-bit weights, one scale per output, against activations quantized to 8 bits per row; both rotated by a blockwise Hadamard transform. Sums are exact integers and
/// the few float operations have one order: the same bits on every tier.
/// </summary>
public sealed unsafe class Int8Matrix : WeightMatrix
{
    // Wider blocks spread outliers further. 64 serves the residual stream's norms, 512 the inputs of `down`, where outliers are strongest.
    private const int NarrowBlock = 64;
    private const int WideBlock = 512;

    private readonly AlignedBuffer<byte> _panels;
    private readonly AlignedBuffer<float> _scales;

    /// <summary>Creates an empty matrix.</summary>
    public Int8Matrix(int outputs, int inputs)
        : base(outputs, inputs)
    {
        int wide = HadamardRotation.BlockFor(inputs, WideBlock);
        RotationBlock = inputs > outputs && wide == WideBlock ? WideBlock : HadamardRotation.BlockFor(inputs, NarrowBlock);
        PaddedInputs = (inputs + 63) / 64 * 64;
        _panels = new AlignedBuffer<byte>((long)Panel.Count(outputs) * Panel.Width * PaddedInputs);
        _scales = new AlignedBuffer<float>((long)Panel.Count(outputs) * Panel.Width);
    }

    /// <inheritdoc/>
    public override long Bytes => _panels.Length + (_scales.Length * sizeof(float));

    /// <summary>Inputs rounded up to whole tile rows of 64 bytes.</summary>
    internal int PaddedInputs { get; }

    /// <summary>Block of the Hadamard rotation along the inputs.</summary>
    internal int RotationBlock { get; }

    /// <inheritdoc/>
    public override void SetRows(int firstRow, ReadOnlySpan<float> rows)
    {
        int count = rows.Length / Inputs;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Outputs - count);
        float[] rotated = new float[Inputs];
        sbyte[] quantized = new sbyte[PaddedInputs];
        fixed (float* x = rotated)
        fixed (sbyte* q = quantized)
        {
            for (int r = 0; r < count; r++)
            {
                rows.Slice(r * Inputs, Inputs).CopyTo(rotated);
                HadamardRotation.Run(x, Inputs, RotationBlock);
                (float scale, _) = Int8Rows.Quantize(x, Inputs, q, PaddedInputs);
                Store(firstRow + r, q, scale);
            }
        }
    }

    /// <inheritdoc/>
    public override void Multiply(WorkerTeam team, ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        CheckShapes(rows, x.Length, y.Length);
        if (rows == 0)
            return;
        int rowBytes = PaddedInputs;
        byte* scratch = team.Scratch((long)rows * (rowBytes + sizeof(float) + sizeof(int)) + ((long)team.Threads * Inputs * sizeof(float)));
        fixed (float* px = x, py = y)
        {
            Activations activations = new((sbyte*)scratch, (float*)(scratch + ((nint)rows * rowBytes)), (int*)(scratch + ((nint)rows * (rowBytes + sizeof(float)))));
            QuantizeJob quantize = new(this, px, activations, (float*)(scratch + ((nint)rows * (rowBytes + sizeof(float) + sizeof(int)))));
            team.Run(ref quantize, rows);
            MultiplyJob multiply = new(this, activations, rows, py, team.Threads);
            team.Run(ref multiply, multiply.Items);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _panels.Dispose();
        _scales.Dispose();
    }

    // One output column of its panel: [k / 4][32][4], as value + 128.
    private void Store(int row, sbyte* q, float scale)
    {
        byte* column = _panels.Pointer + ((long)(row / Panel.Width) * Panel.Width * PaddedInputs) + (row % Panel.Width * 4);

        // Adding 128 to a signed byte is flipping its top bit: four at a time.
        for (int k = 0; k < PaddedInputs; k += 4, column += Panel.Width * 4)
            *(uint*)column = *(uint*)(q + k) ^ 0x80808080;
        _scales.Pointer[row] = scale;
    }

    private readonly struct Activations(sbyte* values, float* scales, int* sums)
    {
        public readonly sbyte* Values = values;
        public readonly float* Scales = scales;
        public readonly int* Sums = sums;
    }

    private readonly struct QuantizeJob(Int8Matrix matrix, float* x, Activations target, float* scratch) : IJob
    {
        private readonly float* _x = x;
        private readonly float* _scratch = scratch;

        public void Execute(int item, int worker)
        {
            int width = matrix.Inputs;
            float* row = _scratch + ((nint)worker * width);
            new ReadOnlySpan<float>(_x + ((nint)item * width), width).CopyTo(new Span<float>(row, width));
            HadamardRotation.Run(row, width, matrix.RotationBlock);
            (target.Scales[item], int sum) = Int8Rows.Quantize(row, width, target.Values + ((nint)item * matrix.PaddedInputs), matrix.PaddedInputs);
            target.Sums[item] = 128 * sum;
        }
    }

    private readonly struct MultiplyJob : IJob
    {
        // Rows that pass over a panel before the next: their activations stay in the second-level cache.
        private const int ChunkRows = 288;
        private const int ItemsPerThread = 8;

        private readonly Int8Matrix _matrix;
        private readonly Activations _x;
        private readonly int _rows;
        private readonly float* _y;
        private readonly int _panelsPerItem;
        private readonly int _panelItems;

        public MultiplyJob(Int8Matrix matrix, Activations x, int rows, float* y, int threads)
        {
            _matrix = matrix;
            _x = x;
            _rows = rows;
            _y = y;
            int panels = Panel.Count(matrix.Outputs);
            _panelsPerItem = Math.Max(1, panels / (threads * ItemsPerThread));
            _panelItems = (panels + _panelsPerItem - 1) / _panelsPerItem;
        }

        public int Items => _panelItems * ((_rows + ChunkRows - 1) / ChunkRows);

        public void Execute(int item, int worker)
        {
            int firstRow = item / _panelItems * ChunkRows;
            int lastRow = Math.Min(_rows, firstRow + ChunkRows);
            int firstPanel = item % _panelItems * _panelsPerItem;
            int lastPanel = Math.Min(firstPanel + _panelsPerItem, Panel.Count(_matrix.Outputs));
            int* sums = stackalloc int[Int8Tile.MostRows * Panel.Width];
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                byte* weights = _matrix._panels.Pointer + ((nint)panel * Panel.Width * _matrix.PaddedInputs);
                for (int row = firstRow; row < lastRow; row += Int8Tile.MostRows)
                {
                    int rows = Math.Min(Int8Tile.MostRows, lastRow - row);
                    Int8Tile.Multiply(_x.Values + ((nint)row * _matrix.PaddedInputs), _matrix.PaddedInputs, rows, weights, _matrix.PaddedInputs / 4, sums);
                    Scale(panel, row, rows, sums);
                }
            }
        }

        // y = float(sum - 128·Σq) · activation scale · weight scale, in this order.
        private void Scale(int panel, int firstRow, int rows, int* sums)
        {
            int width = Math.Min(Panel.Width, _matrix.Outputs - (panel * Panel.Width));
            float* scales = _matrix._scales.Pointer + ((nint)panel * Panel.Width);
            for (int r = 0; r < rows; r++)
            {
                float* y = _y + ((nint)(firstRow + r) * _matrix.Outputs) + ((nint)panel * Panel.Width);
                Int8Epilogue.Run(sums + (r * Panel.Width), _x.Sums[firstRow + r], _x.Scales[firstRow + r], scales, y, width);
            }
        }
    }
}
