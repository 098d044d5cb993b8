namespace Tidar.Kernels.Memory;

/// <summary>Buffers that are reused: they grow when more is asked for and never shrink.</summary>
public static class BufferGrowth
{
    /// <summary>
    /// Makes <paramref name="buffer"/> at least <paramref name="length"/> elements long. One that is too short is replaced by a zeroed one with <paramref name="spare"/> elements more; what it held is lost.
    /// </summary>
    public static void Reserve<T>(ref AlignedBuffer<T> buffer, long length, long spare = 0)
        where T : unmanaged
    {
        if (buffer.Length >= length)
            return;
        buffer.Dispose();
        buffer = new AlignedBuffer<T>(length + spare);
    }
}
