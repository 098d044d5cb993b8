using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>A function applied element by element to two inputs.</summary>
internal interface IMap
{
    TLanes Apply<TLanes>(TLanes a, TLanes b)
        where TLanes : unmanaged, ILanes<TLanes>;
}
