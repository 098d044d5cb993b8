using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tidar.Kernels.Generated;

namespace Tidar.Kernels.Matrices;

/// <summary>
/// A few prepared rows times one panel of <see cref="Int4Matrix"/>. With q the row's values and l the levels of a group, s and m its grid, a and t the row's scale and term:
/// y = fma(m, t, fma(float(Σ q·l), s·a, y)) group after group; the symmetric grid has no m, and its sums start at t.
/// </summary>
internal static unsafe class Int4Tile
{
    /// <summary>Rows of the largest call to <see cref="Multiply"/>.</summary>
    public static int MostRows => VnniInt4Code.MostRows;

    /// <summary>tile [rows, 32] = the product; <paramref name="next"/> is the panel that <paramref name="ahead"/> speaks of, <paramref name="terms"/> where in a row the groups' scales and terms begin.</summary>
    public static void Multiply(byte* rows, nint stride, nint terms, int count, byte* records, int groups, Int4Scales scales, byte* next, PanelAhead ahead, float* tile)
    {
        if (Processor.Tier >= KernelTier.Avx512 && VnniInt4Kernels.Available)
        {
            nint unit = Int4Record.Bytes(scales);
            (nint start, nint step) = ahead.Range(records, next, groups * unit, unit);
            Int4TileArguments arguments = new()
            {
                Rows = rows,
                Stride = stride,
                Terms = terms,
                Records = records,
                Groups = groups,
                Tile = tile,
                Prefetch = (byte*)start,
                PrefetchStep = step,
            };
            VnniInt4Kernels.Run(scales, count, &arguments);
            return;
        }

        MultiplyPortable(rows, stride, terms, count, records, groups, scales, tile, Processor.Tier == KernelTier.Portable || !Avx2.IsSupported);
    }

    /// <summary>The same without generated code; <paramref name="plain"/> leaves out AVX2 too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyPortable(byte* rows, nint stride, nint terms, int count, byte* records, int groups, Int4Scales scales, float* tile, bool plain)
    {
        float* scale = stackalloc float[Panel.Width], minimum = stackalloc float[Panel.Width];
        int* sums = stackalloc int[Panel.Width];
        bool symmetric = scales == Int4Scales.HalfSymmetric;
        new Span<float>(tile, count * Panel.Width).Clear();
        for (int g = 0; g < groups; g++, records += Int4Record.Bytes(scales))
        {
            Int4Record.LoadScales(records, scales, scale, minimum);
            for (int r = 0; r < count; r++)
            {
                byte* row = rows + (r * stride);
                float* pair = (float*)(row + terms) + (2 * g);
                if (plain)
                    SumPortable((sbyte*)row + (g * Int4Record.Group), records, sums);
                else
                    SumAvx2((sbyte*)row + (g * Int4Record.Group), records, sums);
                if (symmetric)
                    AddSymmetric(sums, *(int*)(pair + 1), scale, pair[0], tile + (r * Panel.Width));
                else
                    AddAffine(sums, scale, minimum, pair[0], pair[1], tile + (r * Panel.Width));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSymmetric(int* sums, int start, float* scale, float rowScale, float* y)
    {
        for (int c = 0; c < Panel.Width; c += 4)
        {
            Vector128<float> sum = Vector128.ConvertToSingle(Vector128.Load(sums + c) + Vector128.Create(start));
            Vector128.FusedMultiplyAdd(sum, Vector128.Load(scale + c) * Vector128.Create(rowScale), Vector128.Load(y + c)).Store(y + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddAffine(int* sums, float* scale, float* minimum, float rowScale, float term, float* y)
    {
        for (int c = 0; c < Panel.Width; c += 4)
        {
            Vector128<float> sum = Vector128.ConvertToSingle(Vector128.Load(sums + c));
            Vector128<float> scaled = Vector128.FusedMultiplyAdd(sum, Vector128.Load(scale + c) * Vector128.Create(rowScale), Vector128.Load(y + c));
            Vector128.FusedMultiplyAdd(Vector128.Load(minimum + c), Vector128.Create(term), scaled).Store(y + c);
        }
    }

    // Levels are at most 15, so sixteen-bit sums of a whole group cannot overflow: 32 · 15 · 128 in four parts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumAvx2(sbyte* q, byte* levels, int* sums)
    {
        Vector256<byte> mask = Vector256.Create((byte)0x0F);
        Vector256<short> a = default, b = default, c = default, d = default;
        for (int step = 0; step < Int4Record.Steps; step++, levels += Int4Record.StepBytes)
        {
            Vector256<sbyte> x = Vector256.Create(((int*)q)[step]).AsSByte();
            Vector256<byte> first = Vector256.Load(levels), second = Vector256.Load(levels + 32);
            a += Avx2.MultiplyAddAdjacent(first & mask, x);
            b += Avx2.MultiplyAddAdjacent(second & mask, x);
            c += Avx2.MultiplyAddAdjacent((first.AsUInt16() >> 4).AsByte() & mask, x);
            d += Avx2.MultiplyAddAdjacent((second.AsUInt16() >> 4).AsByte() & mask, x);
        }

        Vector256<short> ones = Vector256.Create((short)1);
        Avx2.MultiplyAddAdjacent(a, ones).Store(sums);
        Avx2.MultiplyAddAdjacent(b, ones).Store(sums + 8);
        Avx2.MultiplyAddAdjacent(c, ones).Store(sums + 16);
        Avx2.MultiplyAddAdjacent(d, ones).Store(sums + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumPortable(sbyte* q, byte* levels, int* sums)
    {
        Vector128<byte> mask = Vector128.Create((byte)0x0F);
        for (int part = 0; part < 4; part++)
        {
            // Sixteen bytes hold four columns of each half.
            Vector128<short> a = default, b = default, c = default, d = default;
            byte* source = levels + (part * 16);
            for (int step = 0; step < Int4Record.Steps; step++, source += Int4Record.StepBytes)
            {
                Vector128<short> x = Vector128.WidenLower(Vector128.Create(((int*)q)[step]).AsSByte());
                Vector128<byte> both = Vector128.Load(source);
                Vector128<short> low = Vector128.WidenLower(both & mask).AsInt16(), high = Vector128.WidenLower((both >>> 4) & mask).AsInt16();
                a += low * x;
                b += Vector128.WidenUpper(both & mask).AsInt16() * x;
                c += high * x;
                d += Vector128.WidenUpper((both >>> 4) & mask).AsInt16() * x;
            }

            StoreSums(a, b, sums + (part * 4));
            StoreSums(c, d, sums + (Panel.Width / 2) + (part * 4));
        }
    }

    // Two columns of four partial sums in each.
    private static void StoreSums(Vector128<short> a, Vector128<short> b, int* sums)
    {
        sums[0] = a[0] + a[1] + a[2] + a[3];
        sums[1] = a[4] + a[5] + a[6] + a[7];
        sums[2] = b[0] + b[1] + b[2] + b[3];
        sums[3] = b[4] + b[5] + b[6] + b[7];
    }
}
