using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>Panels of float32.</summary>
internal readonly unsafe struct Float32Element : IPanelElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(void* panel, nint index)
        where TLanes : unmanaged, ILanes<TLanes>
        => TLanes.Load((float*)panel + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(void* panel, nint index, float value) => ((float*)panel)[index] = value;
}
