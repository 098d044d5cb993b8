using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>RMS norm of consecutive heads of one width, and its gradient.</summary>
internal static unsafe class RmsNormKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Every head becomes x · f · w in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, int heads, float* weight, int width, float epsilon)
    {
        for (int h = 0; h < heads; h++, x += width)
        {
            float factor = Factor(x, width, epsilon);
            nint i = 0;
            for (; i + TLanes.Count <= width; i += TLanes.Count)
                Scale<TLanes>(x + i, weight + i, factor);
            for (; i < width; i++)
                Scale<Lanes1>(x + i, weight + i, factor);
        }
    }

    /// <summary>dx (+)= f · (dy·w) - x · f³ / width · Σ dy·w·x and dw += dy · x · f, for every head; dy becomes dy · w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Differentiate(
        float* x, int heads, float* weight, int width, float epsilon, float* output, float* input, float* weightGradient, bool accumulate)
    {
        for (int h = 0; h < heads; h++, x += width, output += width, input += width)
        {
            float factor = Factor(x, width, epsilon);
            nint i = 0;
            for (; i + TLanes.Count <= width; i += TLanes.Count)
                AddWeight<TLanes>(x + i, weight + i, output + i, weightGradient + i, factor);
            for (; i < width; i++)
                AddWeight<Lanes1>(x + i, weight + i, output + i, weightGradient + i, factor);
            float pull = -(LaneSums<TLanes>.Dot(output, x, width) / width * factor * factor * factor);
            for (i = 0; i + TLanes.Count <= width; i += TLanes.Count)
                AddInput<TLanes>(x + i, output + i, input + i, factor, pull, accumulate);
            for (; i < width; i++)
                AddInput<Lanes1>(x + i, output + i, input + i, factor, pull, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Factor(float* x, int width, float epsilon) => 1 / MathF.Sqrt((LaneSums<TLanes>.Dot(x, x, width) / width) + epsilon);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale<T>(float* x, float* weight, float factor)
        where T : unmanaged, ILanes<T>
        => T.Store(T.Multiply(T.Multiply(T.Load(x), T.Broadcast(factor)), T.Load(weight)), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWeight<T>(float* x, float* weight, float* output, float* weightGradient, float factor)
        where T : unmanaged, ILanes<T>
    {
        T dy = T.Load(output);
        T normalized = T.Multiply(T.Load(x), T.Broadcast(factor));
        T.Store(T.FusedMultiplyAdd(dy, normalized, T.Load(weightGradient)), weightGradient);
        T.Store(T.Multiply(dy, T.Load(weight)), output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddInput<T>(float* x, float* scaled, float* input, float factor, float pull, bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        T sum = T.FusedMultiplyAdd(T.Load(scaled), T.Broadcast(factor), accumulate ? T.Load(input) : T.Zero);
        T.Store(T.FusedMultiplyAdd(T.Load(x), T.Broadcast(pull), sum), input);
    }
}
