using System.Runtime.InteropServices;

namespace Tidar.Kernels.Memory;

/// <summary>Memory straight from the system, and advice to it about ranges of memory; where it has no such call, nothing happens.</summary>
internal static unsafe partial class SystemMemory
{
    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x2 | 0x20;
    private const int DontNeed = 4;
    private const int HugePage = 14;
    private const int HugePageBytes = 2 << 20;

    /// <summary>
    /// Maps zeroed memory for a large buffer, in huge pages where the system grants them: packed weights are read as long streams, for which 4 KiB pages cost many address
    /// translations. No page is touched, so the threads that fill the buffer clear it together.
    /// </summary>
    /// <returns>Null where <paramref name="bytes"/> are too few to gain anything, or the system has no such call or memory.</returns>
    public static void* TryMap(nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < 2 * HugePageBytes)
            return null;
        void* memory = TryMapPages(bytes);
        if (memory is not null)
            AdviseWholePages(memory, bytes, HugePageBytes, HugePage);
        return memory;
    }

    /// <summary>Maps zeroed pages to read and write; on Linux.</summary>
    /// <returns>Null where there is no such memory.</returns>
    public static void* TryMapPages(nuint bytes)
    {
        void* memory = MapMemory(null, bytes, ReadWrite, PrivateAnonymous, -1, 0);
        return memory == (void*)-1 ? null : memory;
    }

    /// <summary>Gives memory of <see cref="TryMap"/> back.</summary>
    public static void Unmap(void* memory, nuint bytes) => _ = UnmapMemory(memory, bytes);

    /// <summary>The pages inside the range are not needed for now: they leave resident memory and are read again when asked for.</summary>
    public static void Release(void* start, nuint bytes) => AdviseWholePages(start, bytes, Environment.SystemPageSize, DontNeed);

    private static void AdviseWholePages(void* start, nuint bytes, int page, int advice)
    {
        if (!OperatingSystem.IsLinux())
            return;
        nuint size = (nuint)page, first = ((nuint)start + size - 1) / size * size, end = ((nuint)start + bytes) / size * size;
        if (end > first)
            _ = Advise((void*)first, end - first, advice);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MapMemory(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int UnmapMemory(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
