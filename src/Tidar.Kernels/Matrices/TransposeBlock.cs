using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Matrices;

/// <summary>Transposes a block in registers, 8 × 8 at a time where the processor has 256-bit shuffles.</summary>
internal static unsafe class TransposeBlock
{
    private const int Side = 8;

    /// <summary>to[c · <paramref name="toStride"/> + r] = from[r · <paramref name="fromStride"/> + c].</summary>
    public static void Run(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        int wholeRows = Avx.IsSupported ? rows / Side * Side : 0;
        int wholeColumns = wholeRows == 0 ? 0 : columns / Side * Side;
        for (int c = 0; c < wholeColumns; c += Side)
        {
            for (int r = 0; r < wholeRows; r += Side)
                Square(from + (r * fromStride) + c, fromStride, to + (c * toStride) + r, toStride);
        }

        Plain(from, fromStride, to, toStride, 0, wholeRows, wholeColumns, columns);
        Plain(from, fromStride, to, toStride, wholeRows, rows, 0, columns);
    }

    private static void Plain(float* from, nint fromStride, float* to, nint toStride, int firstRow, int lastRow, int firstColumn, int lastColumn)
    {
        for (int c = firstColumn; c < lastColumn; c++)
        {
            for (int r = firstRow; r < lastRow; r++)
                to[(c * toStride) + r] = from[(r * fromStride) + c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + fromStride);
        Vector256<float> r2 = Vector256.Load(from + (2 * fromStride)), r3 = Vector256.Load(from + (3 * fromStride));
        float* lower = from + (4 * fromStride);
        Vector256<float> r4 = Vector256.Load(lower), r5 = Vector256.Load(lower + fromStride);
        Vector256<float> r6 = Vector256.Load(lower + (2 * fromStride)), r7 = Vector256.Load(lower + (3 * fromStride));
        Vector256<double> a0 = Avx.UnpackLow(r0, r1).AsDouble(), a1 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> a2 = Avx.UnpackLow(r2, r3).AsDouble(), a3 = Avx.UnpackHigh(r2, r3).AsDouble();
        Vector256<double> a4 = Avx.UnpackLow(r4, r5).AsDouble(), a5 = Avx.UnpackHigh(r4, r5).AsDouble();
        Vector256<double> a6 = Avx.UnpackLow(r6, r7).AsDouble(), a7 = Avx.UnpackHigh(r6, r7).AsDouble();
        Vector256<float> b0 = Avx.UnpackLow(a0, a2).AsSingle(), b1 = Avx.UnpackHigh(a0, a2).AsSingle();
        Vector256<float> b2 = Avx.UnpackLow(a1, a3).AsSingle(), b3 = Avx.UnpackHigh(a1, a3).AsSingle();
        Vector256<float> b4 = Avx.UnpackLow(a4, a6).AsSingle(), b5 = Avx.UnpackHigh(a4, a6).AsSingle();
        Vector256<float> b6 = Avx.UnpackLow(a5, a7).AsSingle(), b7 = Avx.UnpackHigh(a5, a7).AsSingle();
        Avx.Permute2x128(b0, b4, 0x20).Store(to);
        Avx.Permute2x128(b1, b5, 0x20).Store(to + toStride);
        Avx.Permute2x128(b2, b6, 0x20).Store(to + (2 * toStride));
        Avx.Permute2x128(b3, b7, 0x20).Store(to + (3 * toStride));
        float* bottom = to + (4 * toStride);
        Avx.Permute2x128(b0, b4, 0x31).Store(bottom);
        Avx.Permute2x128(b1, b5, 0x31).Store(bottom + toStride);
        Avx.Permute2x128(b2, b6, 0x31).Store(bottom + (2 * toStride));
        Avx.Permute2x128(b3, b7, 0x31).Store(bottom + (3 * toStride));
    }
}
