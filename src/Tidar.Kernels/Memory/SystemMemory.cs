using System.Runtime.InteropServices;

namespace Tidar.Kernels.Memory;

/// <summary>Advice to the system about ranges of memory; where it has no such call, nothing happens.</summary>
internal static unsafe partial class SystemMemory
{
    private const int DontNeed = 4;
    private const int HugePage = 14;

    /// <summary>Bytes of a huge page.</summary>
    public const int HugePageBytes = 2 << 20;

    /// <summary>The pages inside the range are not needed for now: they leave resident memory and are read again when asked for.</summary>
    public static void Release(void* start, nuint bytes) => AdviseWholePages(start, bytes, Environment.SystemPageSize, DontNeed);

    /// <summary>The range, not touched yet, should get huge pages: a large matrix then costs few address translations.</summary>
    public static void PreferHugePages(void* start, nuint bytes) => AdviseWholePages(start, bytes, HugePageBytes, HugePage);

    private static void AdviseWholePages(void* start, nuint bytes, int page, int advice)
    {
        if (!OperatingSystem.IsLinux())
            return;
        nuint size = (nuint)page, first = ((nuint)start + size - 1) / size * size, end = ((nuint)start + bytes) / size * size;
        if (end > first)
            _ = Advise((void*)first, end - first, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
