using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Matrices;

/// <summary>From integer sums to float results: one order of operations on every tier.</summary>
internal static unsafe class Int8Epilogue
{
    /// <summary>y[c] = float(sums[c] - offset) · rowScale · scales[c] for the first <paramref name="width"/> columns of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int* sums, int offset, float rowScale, float* scales, float* y, int width)
    {
        int c = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; c + 16 <= width; c += 16)
                (Vector512.ConvertToSingle(Vector512.Load(sums + c) - Vector512.Create(offset)) * Vector512.Create(rowScale) * Vector512.Load(scales + c)).Store(y + c);
        }

        for (; c + 4 <= width; c += 4)
            (Vector128.ConvertToSingle(Vector128.Load(sums + c) - Vector128.Create(offset)) * Vector128.Create(rowScale) * Vector128.Load(scales + c)).Store(y + c);
        for (; c < width; c++)
            y[c] = (float)(sums[c] - offset) * rowScale * scales[c];
    }
}
