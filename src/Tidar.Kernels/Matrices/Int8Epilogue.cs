using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tidar.Kernels.Matrices;

/// <summary>From integer sums to float results: one order of operations on every tier.</summary>
internal static unsafe class Int8Epilogue
{
    /// <summary>
    /// In place, tile[r, c] = float(sum[r, c] - offset[r]) · rowScale[r] · scales[c] for c in 0 … 31; with a target that is added to target[r, c] instead.
    /// </summary>
    /// <param name="tile">Sums [rows, 32] as int32; results as float32.</param>
    /// <param name="trailers">Of row 0: its scale (float32), then its offset (int32).</param>
    /// <param name="stride">Bytes between trailers.</param>
    /// <param name="scales">[32].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="target">[rows, 32], or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int* tile, byte* trailers, nint stride, float* scales, int rows, float* target)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> low = Vector512.Load(scales), high = Vector512.Load(scales + 16);
            for (int r = 0; r < rows; r++, tile += Panel.Width, trailers += stride)
            {
                Vector512<float> scale = Vector512.Create(*(float*)trailers);
                Vector512<int> offset = Vector512.Create(*(int*)(trailers + sizeof(float)));
                Vector512<float> a = Vector512.ConvertToSingle(Vector512.Load(tile) - offset) * scale * low;
                Vector512<float> b = Vector512.ConvertToSingle(Vector512.Load(tile + 16) - offset) * scale * high;
                if (target is null)
                {
                    a.Store((float*)tile);
                    b.Store((float*)tile + 16);
                    continue;
                }

                (Vector512.Load(target) + a).Store(target);
                (Vector512.Load(target + 16) + b).Store(target + 16);
                target += Panel.Width;
            }

            return;
        }

        for (int r = 0; r < rows; r++, tile += Panel.Width, trailers += stride)
        {
            Vector128<float> scale = Vector128.Create(*(float*)trailers);
            Vector128<int> offset = Vector128.Create(*(int*)(trailers + sizeof(float)));
            for (int c = 0; c < Panel.Width; c += 4)
            {
                Vector128<float> result = Vector128.ConvertToSingle(Vector128.Load(tile + c) - offset) * scale * Vector128.Load(scales + c);
                if (target is null)
                    result.Store((float*)tile + c);
                else
                    (Vector128.Load(target + c) + result).Store(target + c);
            }

            if (target is not null)
                target += Panel.Width;
        }
    }
}
