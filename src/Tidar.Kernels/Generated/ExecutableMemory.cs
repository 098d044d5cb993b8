using System.Runtime.InteropServices;
using Tidar.Kernels.Memory;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Pages that hold assembled machine code: written first, then made readable and executable; never writable and executable at once.
/// Lives as long as the process, as the kernels do.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int ReadExecute = 0x1 | 0x4;
    private const uint CommitReserve = 0x3000;
    private const uint PageReadWrite = 0x04;
    private const uint PageExecuteRead = 0x20;

    private const byte Return = 0xC3;

    /// <summary>Whether the system allows such memory.</summary>
    public static bool Allowed { get; } = TryPlace([Return]) is not null;

    /// <summary>Copies <paramref name="code"/> into executable pages.</summary>
    /// <returns>Its address, or null where the system does not allow such memory.</returns>
    public static void* TryPlace(ReadOnlySpan<byte> code)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                return PlaceOnWindows(code);
            return OperatingSystem.IsLinux() ? PlaceOnLinux(code) : null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    private static void* PlaceOnLinux(ReadOnlySpan<byte> code)
    {
        nuint size = (nuint)((code.Length + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize);
        void* memory = SystemMemory.TryMapPages(size);
        if (memory is null)
            return null;
        code.CopyTo(new Span<byte>(memory, code.Length));
        return ProtectMemory(memory, size, ReadExecute) == 0 ? memory : null;
    }

    private static void* PlaceOnWindows(ReadOnlySpan<byte> code)
    {
        void* memory = VirtualAlloc(null, (nuint)code.Length, CommitReserve, PageReadWrite);
        if (memory is null)
            return null;
        code.CopyTo(new Span<byte>(memory, code.Length));
        return VirtualProtect(memory, (nuint)code.Length, PageExecuteRead, out _) != 0 ? memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int ProtectMemory(void* address, nuint length, int protection);

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint old);
}
