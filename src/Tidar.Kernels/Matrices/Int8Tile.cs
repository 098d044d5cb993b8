using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tidar.Kernels.Generated;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// sums[r, 0…31] = Σ_k a[r, k]·w[k, 0…31] of signed activations and one panel of unsigned weights. Integer sums are exact, so every way of computing them gives the same bits,
/// and the fastest that this machine has is taken.
/// </summary>
internal static unsafe class Int8Tile
{
    private const int MostTileRows = 96;
    private const int TileHeight = 32;

    // Tiles have 16 rows: below this many, vectors waste less than tiles do.
    private const int MostVectorRowsBesideTiles = 4;
    private const int MostVectorRows = 12;

    // Rows that share a weight loaded into one of the 16 registers of AVX2.
    private const int RegisterRows = 4;
    private const int Ahead = 1024;

    /// <summary>The instructions in use.</summary>
    public static Int8Instruction Instruction => Processor.Tier switch
    {
        KernelTier.Amx when AmxKernels.Available => Int8Instruction.Tiles,
        >= KernelTier.Avx512 when VectorKernels.Int8.Available => Int8Instruction.Vnni512,
        >= KernelTier.Avx2 when AvxVnni.IsSupported => Int8Instruction.AvxVnni,
        >= KernelTier.Avx2 when Avx2.IsSupported => Int8Instruction.Avx2,
        _ => Int8Instruction.Portable,
    };

    /// <summary>Rows of the largest call to <see cref="Multiply"/>; tiles want many, whose weights then stay in the first-level cache.</summary>
    public static int MostRows => Instruction == Int8Instruction.Tiles ? MostTileRows : MostVectorRows;

    /// <summary>Rows that cost as much as one.</summary>
    public static int RowStep => Instruction == Int8Instruction.Tiles ? TileHeight : 1;

    /// <summary>
    /// Computes up to <see cref="MostRows"/> rows; <paramref name="groups"/> counts fours along k (a multiple of 16), <paramref name="sums"/> is [rows, 32];
    /// <paramref name="next"/> is the panel that <paramref name="ahead"/> speaks of.
    /// </summary>
    public static void Multiply(sbyte* a, nint stride, int rows, byte* panel, int groups, int* sums, byte* next, PanelAhead ahead)
    {
        Int8Instruction instruction = Instruction;
        if (instruction < Int8Instruction.Vnni512)
        {
            MultiplyRows(instruction, a, stride, rows, panel, groups, sums);
            return;
        }

        TileArguments arguments = new()
        {
            A = (byte*)a, AStride = stride, Weights = panel, Groups = groups, C = (byte*)sums, CStride = Panel.Width * sizeof(int),
        };
        if (instruction == Int8Instruction.Tiles && (rows > MostVectorRowsBesideTiles || !VectorKernels.Int8.Available))
        {
            arguments.Prefetch = ahead.Part == ahead.Parts - 1 ? next : panel;
            AmxKernels.Run(bfloat16: false, rows, arguments);
            return;
        }

        (nint start, arguments.PrefetchStep) = ahead.Range(panel, next, groups * VectorTileCode.BytesPerGroup, VectorTileCode.BytesPerGroup);
        arguments.Prefetch = (byte*)start;
        VectorKernels.Int8.Run(rows, arguments);
    }

    /// <summary>Any number of rows without generated code.</summary>
    internal static void MultiplyRows(Int8Instruction instruction, sbyte* a, nint stride, int rows, byte* panel, int groups, int* sums)
    {
        int row = 0;
        if (instruction is Int8Instruction.AvxVnni or Int8Instruction.Avx2)
        {
            for (; row + RegisterRows <= rows; row += RegisterRows, a += RegisterRows * stride, sums += RegisterRows * Panel.Width)
            {
                if (instruction == Int8Instruction.AvxVnni)
                    MultiplyFourAvxVnni(a, stride, panel, groups, sums);
                else
                    MultiplyFourAvx2(a, stride, panel, groups, sums);
            }
        }

        for (; row < rows; row++, a += stride, sums += Panel.Width)
        {
            if (instruction == Int8Instruction.AvxVnni)
                MultiplyAvxVnni(a, panel, groups, sums);
            else if (instruction == Int8Instruction.Avx2)
                MultiplyAvx2(a, panel, groups, sums);
            else
                MultiplyPortable(a, panel, groups, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAvxVnni(sbyte* a, byte* panel, int groups, int* sums)
    {
        Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int g = 0; g < groups; g++, panel += 128)
        {
            Vector256<sbyte> x = Vector256.Create(((int*)a)[g]).AsSByte();
            s0 = AvxVnni.MultiplyWideningAndAdd(s0, Vector256.Load(panel), x);
            s1 = AvxVnni.MultiplyWideningAndAdd(s1, Vector256.Load(panel + 32), x);
            s2 = AvxVnni.MultiplyWideningAndAdd(s2, Vector256.Load(panel + 64), x);
            s3 = AvxVnni.MultiplyWideningAndAdd(s3, Vector256.Load(panel + 96), x);
        }

        s0.Store(sums);
        s1.Store(sums + 8);
        s2.Store(sums + 16);
        s3.Store(sums + 24);
    }

    // Four rows, 16 columns at a time: sums [4, 32].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFourAvxVnni(sbyte* a, nint stride, byte* panel, int groups, int* sums)
    {
        for (int part = 0; part < 2; part++, panel += 64, sums += 16)
        {
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
            byte* w = panel;
            sbyte* x = a;
            for (int g = 0; g < groups; g++, w += 128, x += 4)
            {
                Vector256<byte> low = Vector256.Load(w), high = Vector256.Load(w + 32);

                // Every other line is read: the processor's own prefetching is slow at that.
                Sse.Prefetch0(w + Ahead);
                Sse.Prefetch0(w + Ahead + 64);
                Vector256<sbyte> row = Vector256.Create(*(int*)x).AsSByte();
                s0 = AvxVnni.MultiplyWideningAndAdd(s0, low, row);
                t0 = AvxVnni.MultiplyWideningAndAdd(t0, high, row);
                row = Vector256.Create(*(int*)(x + stride)).AsSByte();
                s1 = AvxVnni.MultiplyWideningAndAdd(s1, low, row);
                t1 = AvxVnni.MultiplyWideningAndAdd(t1, high, row);
                row = Vector256.Create(*(int*)(x + (2 * stride))).AsSByte();
                s2 = AvxVnni.MultiplyWideningAndAdd(s2, low, row);
                t2 = AvxVnni.MultiplyWideningAndAdd(t2, high, row);
                row = Vector256.Create(*(int*)(x + (3 * stride))).AsSByte();
                s3 = AvxVnni.MultiplyWideningAndAdd(s3, low, row);
                t3 = AvxVnni.MultiplyWideningAndAdd(t3, high, row);
            }

            s0.Store(sums);
            t0.Store(sums + 8);
            s1.Store(sums + Panel.Width);
            t1.Store(sums + Panel.Width + 8);
            s2.Store(sums + (2 * Panel.Width));
            t2.Store(sums + (2 * Panel.Width) + 8);
            s3.Store(sums + (3 * Panel.Width));
            t3.Store(sums + (3 * Panel.Width) + 8);
        }
    }

    // Four rows, 8 columns at a time: sums [4, 32].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFourAvx2(sbyte* a, nint stride, byte* panel, int groups, int* sums)
    {
        for (int part = 0; part < 4; part++, panel += 32, sums += 8)
        {
            Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
            byte* w = panel;
            sbyte* x = a;
            for (int g = 0; g < groups; g++, w += 128, x += 4)
            {
                Vector256<short> low = Avx2.ConvertToVector256Int16(Vector128.Load(w)), high = Avx2.ConvertToVector256Int16(Vector128.Load(w + 16));
                Vector256<short> row = Widened(x);
                s0 += Avx2.MultiplyAddAdjacent(low, row);
                t0 += Avx2.MultiplyAddAdjacent(high, row);
                row = Widened(x + stride);
                s1 += Avx2.MultiplyAddAdjacent(low, row);
                t1 += Avx2.MultiplyAddAdjacent(high, row);
                row = Widened(x + (2 * stride));
                s2 += Avx2.MultiplyAddAdjacent(low, row);
                t2 += Avx2.MultiplyAddAdjacent(high, row);
                row = Widened(x + (3 * stride));
                s3 += Avx2.MultiplyAddAdjacent(low, row);
                t3 += Avx2.MultiplyAddAdjacent(high, row);
            }

            StoreColumns(s0, t0, sums);
            StoreColumns(s1, t1, sums + Panel.Width);
            StoreColumns(s2, t2, sums + (2 * Panel.Width));
            StoreColumns(s3, t3, sums + (3 * Panel.Width));
        }
    }

    // Without VNNI the bytes are widened to 16 bits, whose pairwise products cannot saturate.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAvx2(sbyte* a, byte* panel, int groups, int* sums)
    {
        for (int part = 0; part < 4; part++)
        {
            Vector256<int> low = default, high = default;
            byte* w = panel + (part * 32);
            for (int g = 0; g < groups; g++, w += 128)
            {
                Vector256<short> x = Widened(a + (4 * g));
                low += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.Load(w)), x);
                high += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.Load(w + 16)), x);
            }

            StoreColumns(low, high, sums + (part * 8));
        }
    }

    // Four inputs of a row, four times.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widened(sbyte* x) => Avx2.ConvertToVector256Int16(Vector128.Create(*(int*)x).AsSByte());

    // Two partial sums a column, in order: add neighbours and put the halves back in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreColumns(Vector256<int> low, Vector256<int> high, int* sums) =>
        Avx2.Permute4x64(Avx2.HorizontalAdd(low, high).AsInt64(), 0b11_01_10_00).AsInt32().Store(sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyPortable(sbyte* a, byte* panel, int groups, int* sums)
    {
        for (int part = 0; part < 8; part++)
        {
            Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default;
            byte* w = panel + (part * 16);
            for (int g = 0; g < groups; g++, w += 128)
            {
                Vector128<byte> bytes = Vector128.Load(w);
                (Vector128<short> x, _) = Vector128.Widen(Vector128.Create(((int*)a)[g]).AsSByte());

                // A product of an unsigned and a signed byte fits into 16 bits; sums of two do not, so they are widened first.
                (Vector128<int> p0, Vector128<int> p1) = Vector128.Widen(Vector128.WidenLower(bytes).AsInt16() * x);
                (Vector128<int> p2, Vector128<int> p3) = Vector128.Widen(Vector128.WidenUpper(bytes).AsInt16() * x);
                s0 += p0;
                s1 += p1;
                s2 += p2;
                s3 += p3;
            }

            int* target = sums + (part * 4);
            target[0] = Vector128.Sum(s0);
            target[1] = Vector128.Sum(s1);
            target[2] = Vector128.Sum(s2);
            target[3] = Vector128.Sum(s3);
        }
    }
}
