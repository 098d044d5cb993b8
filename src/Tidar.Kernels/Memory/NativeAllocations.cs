namespace Tidar.Kernels.Memory;

/// <summary>Counts native memory, as <see cref="GC.GetAllocatedBytesForCurrentThread"/> counts managed memory: what a loop that reuses its buffers leaves as it is.</summary>
public static class NativeAllocations
{
    [ThreadStatic]
    private static long _bytes;

    /// <summary>Bytes of all buffers that the current thread has ever allocated.</summary>
    public static long BytesOfCurrentThread => _bytes;

    internal static void Add(long bytes) => _bytes += bytes;
}
