using System.Diagnostics;
using System.Text.Json;

namespace Tidar.Benchmarks;

/// <summary>Runs other programs and takes the JSON object that they print.</summary>
internal static class Command
{
    /// <summary>The repository that this program was built in.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Runs <c>tidar bench</c> with <c>--json</c>: the command of this repository, as users run it.</summary>
    public static JsonElement Bench(params string[] arguments)
    {
        string program = Path.Combine(Repository, OperatingSystem.IsWindows() ? "tidar.cmd" : "tidar");
        return Json(program, Repository, ["bench", .. arguments, "--json"]);
    }

    /// <summary>Runs a program in a folder; standard error passes through.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static JsonElement Json(string program, string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    /// <summary>How busy the machine is: the load averages of 1, 5 and 15 minutes, where the system tells.</summary>
    public static string LoadAverage()
    {
        const string Source = "/proc/loadavg";
        return File.Exists(Source) ? string.Join(' ', File.ReadAllText(Source).Split(' ')[..3]) : "unknown";
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tidar.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("run from a build inside the repository");
    }
}
