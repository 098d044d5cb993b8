using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>Panels of float32.</summary>
internal readonly unsafe struct Float32Element : IPanelElement
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(void* panel, nint index)
        where TLanes : unmanaged, ILanes<TLanes>
        => TLanes.Load((float*)panel + index);
}
