using System.Diagnostics;
using System.Globalization;
using Tidar.Tests;

namespace Tidar.Training.Tests;

/// <summary>A file system of a given size in memory, mounted on a folder of its own, so that a disk can really be full.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Mounts one; skips the test where that is not allowed.</summary>
    public SmallFileSystem(int kibibytes)
    {
        Path = _folder.File("disk");
        Directory.CreateDirectory(Path);
        string size = string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k");
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", size, "tmpfs", Path))
            return;
        _folder.Dispose();
        Assert.Skip("a small file system needs Linux, root and the right to mount");
    }

    public string Path { get; }

    /// <summary>Writes a file that leaves only so many bytes free.</summary>
    /// <returns>Its path.</returns>
    public string Fill(long free)
    {
        string path = System.IO.Path.Combine(Path, "filler");
        using FileStream stream = new(path, FileMode.CreateNew);
        stream.Write(new byte[new DriveInfo(Path).AvailableFreeSpace - free]);
        return path;
    }

    public void Dispose()
    {
        Assert.True(Run("umount", Path));
        _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
