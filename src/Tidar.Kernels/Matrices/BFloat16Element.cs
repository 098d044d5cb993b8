using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>Panels of bfloat16: half the bytes, widened exactly in the register.</summary>
internal readonly unsafe struct BFloat16Element : IPanelElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(void* panel, nint index)
        where TLanes : unmanaged, ILanes<TLanes>
        => TLanes.LoadBFloat16((ushort*)panel + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(void* panel, nint index, float value) => ((ushort*)panel)[index] = BFloat16.FromSingle(value);
}
