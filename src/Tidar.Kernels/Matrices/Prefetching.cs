using System.Runtime.Intrinsics.X86;

namespace Tidar.Kernels.Matrices;

/// <summary>Brings memory nearer before it is read.</summary>
internal static unsafe class Prefetching
{
    private const int LineBytes = 64;

    /// <summary>Asks for <paramref name="count"/> bytes, a cache line at a time.</summary>
    public static void Range(byte* start, int count)
    {
        if (!Sse.IsSupported)
            return;
        for (int i = 0; i < count; i += LineBytes)
            Sse.Prefetch1(start + i);
    }
}
