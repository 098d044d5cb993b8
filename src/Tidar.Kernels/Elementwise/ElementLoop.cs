using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>Runs an <see cref="IElementStep"/> over a length on the tier in use; what a register cannot hold goes lane by lane.</summary>
internal static class ElementLoop
{
    /// <summary>Applies <paramref name="step"/> to elements 0 … <paramref name="length"/>-1.</summary>
    public static void Run<TStep>(TStep step, int length)
        where TStep : struct, IElementStep
    {
        switch (Processor.VectorTier)
        {
            case KernelTier.Avx512:
                Run<TStep, Lanes512>(step, length);
                break;
            case KernelTier.Avx2:
                Run<TStep, Lanes256>(step, length);
                break;
            default:
                Run<TStep, Lanes128>(step, length);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TStep, TLanes>(TStep step, int length)
        where TStep : struct, IElementStep
        where TLanes : unmanaged, ILanes<TLanes>
    {
        nint i = 0;
        for (; i + TLanes.Count <= length; i += TLanes.Count)
            step.Apply<TLanes>(i);
        for (; i < length; i++)
            step.Apply<Lanes1>(i);
    }
}
