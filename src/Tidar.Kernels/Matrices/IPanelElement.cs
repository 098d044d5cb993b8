using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>How the values of a panel are stored, and how a register of them becomes float32 (exactly).</summary>
internal unsafe interface IPanelElement
{
    static abstract TLanes Load<TLanes>(void* panel, nint index)
        where TLanes : unmanaged, ILanes<TLanes>;
}
