using System.Runtime.CompilerServices;
using Tidar.Kernels.Simd;

namespace Tidar.Kernels.Elementwise;

/// <summary>e^x for float32, accurate to about 1 unit in the last place and the same bits on every tier.</summary>
/// <remarks>
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, e^r by its Taylor polynomial of degree 7, then a shift of the exponent by n.
/// Arguments below -87.3 give the smallest normal number (about 1e-38) and above 88.3 about 2e38: never infinity, zero or NaN from a number.
/// </remarks>
internal static class Exponential
{
    private const float Lowest = -87.33654f;
    private const float Highest = 88.37626f;
    private const float Log2E = 1.44269504f;

    // 1.5·2^23: adding it leaves round(x) in the low bits of the sum.
    private const float Shifter = 12582912f;

    // ln 2 in two parts, so that n·ln 2 is subtracted without losing bits.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Of<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        x = TLanes.Min(TLanes.Max(x, TLanes.Broadcast(Lowest)), TLanes.Broadcast(Highest));
        TLanes shifted = TLanes.FusedMultiplyAdd(x, TLanes.Broadcast(Log2E), TLanes.Broadcast(Shifter));
        TLanes n = TLanes.Subtract(shifted, TLanes.Broadcast(Shifter));
        TLanes r = TLanes.FusedMultiplyAdd(n, TLanes.Broadcast(-Ln2High), x);
        r = TLanes.FusedMultiplyAdd(n, TLanes.Broadcast(-Ln2Low), r);
        TLanes p = TLanes.Broadcast(1f / 5040);
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 720));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 120));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 24));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f / 6));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(0.5f));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f));
        p = TLanes.FusedMultiplyAdd(p, r, TLanes.Broadcast(1f));
        return TLanes.ScaleByPowerOfTwo(p, shifted);
    }
}
