using System.Runtime.InteropServices;

namespace Tidar.Kernels.Generated;

/// <summary>
/// Linux hands out the 8 KiB of tile registers only to processes that ask (Linux kernel, Documentation/arch/x86/xstate.rst): <c>arch_prctl(ARCH_REQ_XCOMP_PERM, XTILEDATA)</c>. The answer
/// holds for every thread.
/// </summary>
internal static partial class TilePermission
{
    private const nint ArchPrctl = 158;
    private const nint RequestComponentPermission = 0x1023;
    private const nint TileData = 18;

    /// <summary>Asks; null where we know no way to.</summary>
    public static bool? Request()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return null;
        try
        {
            return SystemCall(ArchPrctl, RequestComponentPermission, TileData) == 0;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second);
}
