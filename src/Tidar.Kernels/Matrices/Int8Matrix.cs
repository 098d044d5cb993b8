using Tidar.Kernels.Memory;
using Tidar.Kernels.Quantization;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// 8-bit weights, one scale per output, against activations quantized to 8 bits per row; both rotated by a blockwise Hadamard transform. Sums are exact integers and
/// the few float operations have one order: the same bits on every tier.
/// </summary>
/// <remarks>A prepared row is [PaddedInputs] signed bytes, then its scale (float32) and 128 · Σ q (int32), padded to 64 bytes.</remarks>
public sealed unsafe class Int8Matrix : WeightMatrix, IFactorMatrix
{
    // Wider blocks spread outliers further. 64 serves the residual stream's norms, 512 the inputs of `down`, where outliers are strongest.
    private const int NarrowBlock = 64;
    private const int WideBlock = 512;
    private const int TrailerBytes = 64;

    private readonly AlignedBuffer<byte> _panels;
    private readonly AlignedBuffer<float> _scales;

    /// <summary>Creates an empty matrix.</summary>
    public Int8Matrix(int outputs, int inputs)
        : this(outputs, inputs, DefaultBlock(outputs, inputs))
    {
    }

    /// <summary>Creates an empty matrix that is rotated in blocks of <paramref name="rotationBlock"/> inputs.</summary>
    internal Int8Matrix(int outputs, int inputs, int rotationBlock)
        : base(outputs, inputs)
    {
        RotationBlock = rotationBlock;
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
    internal override int OperandBytes => PaddedInputs + TrailerBytes;

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
                (float scale, _) = Quantize(x, q);
                Store(firstRow + r, q, scale);
            }
        }
    }

    /// <inheritdoc/>
    internal override void PrepareRow(float* x, byte* operand)
    {
        (float scale, int sum) = Quantize(x, (sbyte*)operand);
        *(float*)(operand + PaddedInputs) = scale;
        *(int*)(operand + PaddedInputs + sizeof(float)) = 128 * sum;
    }

    /// <inheritdoc/>
    private protected override void Multiply(WorkerTeam team, byte* operands, int rows, PanelOutput output) =>
        PanelJob<Kernel>.Run(team, new Kernel(this), operands, rows, output);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _panels.Dispose();
        _scales.Dispose();
    }

    /// <inheritdoc/>
    void IFactorMatrix.MultiplyPanel(byte* operands, int rows, int panel, float* tile) => new Kernel(this).Run(operands, rows, panel, new PanelAhead(panel, 0, 1), tile);

    /// <inheritdoc/>
    void IFactorMatrix.AddPanel(byte* operands, int rows, int panel, float* tile, float* scratch) => new Kernel(this).Add(operands, rows, panel, (int*)scratch, tile);

    /// <inheritdoc/>
    void IFactorMatrix.Prefetch(int panel) => Prefetching.Range(PanelAt(panel), Panel.Width * PaddedInputs);

    private static int DefaultBlock(int outputs, int inputs)
    {
        int wide = HadamardRotation.BlockFor(inputs, WideBlock);
        return inputs > outputs && wide == WideBlock ? WideBlock : HadamardRotation.BlockFor(inputs, NarrowBlock);
    }

    private (float Scale, int Sum) Quantize(float* x, sbyte* q)
    {
        HadamardRotation.Run(x, Inputs, RotationBlock);
        (float scale, int sum) = Int8Rows.Quantize(x, Inputs, q, PaddedInputs);
        return (scale * HadamardRotation.Norm(RotationBlock), sum);
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

    private byte* PanelAt(int panel) => _panels.Pointer + ((nint)panel * Panel.Width * PaddedInputs);

    private readonly struct Kernel(Int8Matrix matrix) : IPanelKernel
    {
        public int MostRows => Int8Tile.MostRows;

        public int RowStep => Int8Tile.RowStep;

        public int OperandBytes { get; } = matrix.OperandBytes;

        public void Run(byte* operands, int rows, int panel, PanelAhead ahead, float* tile)
        {
            // Integer sums turn into results in place.
            Sum(operands, rows, panel, ahead, (int*)tile);
            Int8Epilogue.Run((int*)tile, operands + matrix.PaddedInputs, OperandBytes, matrix._scales.Pointer + ((nint)panel * Panel.Width), rows, null);
        }

        public void Add(byte* operands, int rows, int panel, int* sums, float* target)
        {
            Sum(operands, rows, panel, new PanelAhead(panel, 0, 1), sums);
            Int8Epilogue.Run(sums, operands + matrix.PaddedInputs, OperandBytes, matrix._scales.Pointer + ((nint)panel * Panel.Width), rows, target);
        }

        private void Sum(byte* operands, int rows, int panel, PanelAhead ahead, int* sums) => Int8Tile.Multiply(
            (sbyte*)operands, OperandBytes, rows, matrix.PanelAt(panel), matrix.PaddedInputs / 4, sums, matrix.PanelAt(ahead.Panel), ahead);
    }
}
