using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>A step of an element-wise kernel with any number of inputs and outputs: it loads and stores its own lanes.</summary>
internal interface IElementStep
{
    /// <summary>Does elements [<paramref name="i"/>, <paramref name="i"/> + lanes).</summary>
    void Apply<TLanes>(nint i)
        where TLanes : unmanaged, ILanes<TLanes>;
}
