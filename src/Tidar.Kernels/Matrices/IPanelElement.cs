using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Matrices;

/// <summary>How the values of a panel are stored, and how a register of them becomes float32 (exactly).</summary>
internal unsafe interface IPanelElement
{
    /// <summary>Bytes of one value.</summary>
    static abstract int Size { get; }

    /// <summary>Loads a register from <paramref name="index"/> on.</summary>
    static abstract TLanes Load<TLanes>(void* panel, nint index)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Stores one value, rounded to the format.</summary>
    static abstract void Store(void* panel, nint index, float value);
}
