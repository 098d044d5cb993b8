using System.Diagnostics;
using Tidar.Tests;

namespace Tidar.Cli.Tests;

/// <summary>
/// A program that a test starts. It writes to files, not to pipes that a grandchild could hold open, and it is killed with all its children when it takes too long.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly TemporaryFolder _folder = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly string[] _command;

    public ChildProcess(string[] command, IReadOnlyDictionary<string, string> environment)
    {
        _command = command;
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false };
        foreach (string argument in (string[])["-c", "exec \"$@\" </dev/null >\"$OUT\" 2>\"$ERR\"", "sh", .. command])
            start.ArgumentList.Add(argument);
        start.Environment["OUT"] = _folder.File("out");
        start.Environment["ERR"] = _folder.File("err");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    public string Output => Text("out");

    public string Error => Text("err");

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public int Wait()
    {
        WaitUntil(() => !IsRunning, "its end");
        return _process.ExitCode;
    }

    /// <summary>Waits until something holds; fails with what the program wrote when that takes too long.</summary>
    public void WaitUntil(Func<bool> holds, string what)
    {
        while (!holds())
        {
            if (_clock.Elapsed > Patience)
            {
                Kill();
                Assert.Fail($"{string.Join(' ', _command)}: no {what} after {Patience}\n{Output}\n{Error}");
            }

            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _folder.Dispose();
    }

    private string Text(string name) => File.Exists(_folder.File(name)) ? File.ReadAllText(_folder.File(name)) : "";

    private void Kill()
    {
        if (!IsRunning)
            return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
    }
}
