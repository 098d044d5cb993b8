using System.Runtime.CompilerServices;
using Tidar.Kernels.Memory;
using Tidar.Kernels.Quantization;
using Tidar.Kernels.Threading;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// 4-bit weights on a grid per output and group of 32 inputs, against activations quantized to 8 bits in the same groups. The grid of a 4-bit file is kept exactly. Sums
/// inside a group are exact integers and the float operations between groups have one order: the same bits on every tier.
/// </summary>
/// <remarks>
/// A prepared row is [PaddedInputs] signed bytes, then for every group its scale (float32) and a term: scale · Σ q (float32), which the minima are multiplied by, or
/// -8 · Σ q (int32), where sums start, if the grid is symmetric.
/// </remarks>
public sealed unsafe class Int4Matrix : WeightMatrix
{
    /// <summary>Inputs that share a scale and a minimum.</summary>
    public const int GroupSize = Int4Record.Group;

    private const int TermBytes = sizeof(float) + sizeof(float);
    private const int Levels = 16;

    private readonly AlignedBuffer<byte> _records;
    private readonly int _groups;

    /// <summary>Creates an empty matrix.</summary>
    public Int4Matrix(int outputs, int inputs, Int4Scales scales = Int4Scales.Half)
        : base(outputs, inputs)
    {
        Scales = scales;
        _groups = (inputs + Int4Record.Group - 1) / Int4Record.Group;
        _records = new AlignedBuffer<byte>((long)Panel.Count(outputs) * _groups * Int4Record.Bytes(scales));
    }

    /// <summary>How the grid is stored.</summary>
    public Int4Scales Scales { get; }

    /// <inheritdoc/>
    public override long Bytes => _records.Length;

    /// <inheritdoc/>
    internal override int OperandBytes => (PaddedInputs + (_groups * TermBytes) + 63) / 64 * 64;

    private int PaddedInputs => _groups * Int4Record.Group;

    /// <summary>Rounds rows to the 16 levels between the smallest and the largest weight of each group (of equal magnitude around level 8 if the grid is symmetric).</summary>
    /// <inheritdoc/>
    public override void SetRows(int firstRow, ReadOnlySpan<float> rows)
    {
        int count = rows.Length / Inputs;
        byte[] levels = new byte[count * PaddedInputs];
        float[] scales = new float[count * _groups], minima = new float[count * _groups];
        for (int r = 0; r < count; r++)
        {
            for (int g = 0; g < _groups; g++)
            {
                ReadOnlySpan<float> group = rows.Slice((r * Inputs) + (g * Int4Record.Group), Math.Min(Int4Record.Group, Inputs - (g * Int4Record.Group)));
                int index = (r * _groups) + g;
                (scales[index], minima[index]) = Fit(group);
                Round(group, scales[index], minima[index], levels.AsSpan((r * PaddedInputs) + (g * Int4Record.Group), group.Length));
            }
        }

        SetGrid(firstRow, count, levels, scales, minima);
    }

    /// <summary>Takes over rows that are on such a grid already.</summary>
    /// <param name="firstRow">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="levels">0 … 15, [count, Inputs rounded up to groups of 32].</param>
    /// <param name="scales">[count, groups]; <see cref="Scales"/> must be able to hold them.</param>
    /// <param name="minima">[count, groups]; not looked at if the grid is symmetric.</param>
    /// <remarks>Different panels of 32 rows may be set from different threads.</remarks>
    public void SetGrid(int firstRow, int count, ReadOnlySpan<byte> levels, ReadOnlySpan<float> scales, ReadOnlySpan<float> minima)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Outputs - count);
        ArgumentOutOfRangeException.ThrowIfLessThan(levels.Length, count * PaddedInputs, nameof(levels));
        for (int r = 0; r < count; r++)
        {
            int row = firstRow + r, column = row % Panel.Width;
            byte* record = Record(row / Panel.Width, 0);
            for (int g = 0; g < _groups; g++, record += Int4Record.Bytes(Scales))
            {
                Int4Record.SetScale(record, Scales, column, scales[(r * _groups) + g], minima[(r * _groups) + g]);
                for (int k = 0; k < Int4Record.Group; k++)
                    Int4Record.SetLevel(record, column, k, levels[(r * PaddedInputs) + (g * Int4Record.Group) + k]);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void PrepareRow(float* x, byte* operand)
    {
        byte* terms = operand + PaddedInputs;
        bool symmetric = Scales == Int4Scales.HalfSymmetric;
        int whole = Inputs / Int4Record.Group;
        for (int g = 0; g < whole; g++, operand += Int4Record.Group, x += Int4Record.Group, terms += TermBytes)
            SetTerms(terms, Int8Rows.QuantizeGroup(x, (sbyte*)operand), symmetric);
        if (whole < _groups)
            SetTerms(terms, Int8Rows.Quantize(x, Inputs % Int4Record.Group, (sbyte*)operand, Int4Record.Group), symmetric);
    }

    /// <inheritdoc/>
    private protected override void Multiply(WorkerTeam team, byte* operands, int rows, PanelOutput output) =>
        PanelJob<Kernel>.Run(team, new Kernel(this), operands, rows, output);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _records.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetTerms(byte* terms, (float Scale, int Sum) group, bool symmetric)
    {
        *(float*)terms = group.Scale;
        if (symmetric)
            *(int*)(terms + sizeof(float)) = -8 * group.Sum;
        else
            *(float*)(terms + sizeof(float)) = group.Scale * group.Sum;
    }

    // Scale and minimum as the format will hold them.
    private (float Scale, float Minimum) Fit(ReadOnlySpan<float> group)
    {
        float smallest = 0, largest = 0;
        foreach (float weight in group)
            (smallest, largest) = (Math.Min(smallest, weight), Math.Max(largest, weight));
        if (Scales == Int4Scales.HalfSymmetric)
        {
            // The larger side gets the level that only it has: -8.
            float scale = largest > -smallest ? -largest / 8 : -smallest / 8;
            scale = (float)(Half)scale;
            return (scale, -8 * scale);
        }

        float step = (largest - smallest) / (Levels - 1);
        return Scales == Int4Scales.Half ? ((float)(Half)step, (float)(Half)smallest) : (step, smallest);
    }

    private static void Round(ReadOnlySpan<float> group, float scale, float minimum, Span<byte> levels)
    {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < group.Length; i++)
            levels[i] = (byte)Math.Clamp(MathF.Round((group[i] - minimum) * inverse), 0, Levels - 1);
    }

    private byte* Record(int panel, int group) => _records.Pointer + ((((long)panel * _groups) + group) * Int4Record.Bytes(Scales));

    private readonly struct Kernel(Int4Matrix matrix) : IPanelKernel
    {
        public int MostRows => Int4Tile.MostRows;

        public int RowStep => 1;

        public int OperandBytes { get; } = matrix.OperandBytes;

        public void Run(byte* operands, int rows, int panel, PanelAhead ahead, float* tile) => Int4Tile.Multiply(
            operands, OperandBytes, matrix.PaddedInputs, rows, matrix.Record(panel, 0), matrix._groups, matrix.Scales, matrix.Record(ahead.Panel, 0), ahead, tile);
    }
}
