using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tidar.Kernels.Collectives;

namespace Tidar.Cli.Hosting;

/// <summary>Joins a command line to the process it runs in: standard streams, terminal, signals.</summary>
internal static class ProcessHost
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs the command line of this process.</summary>
    public static int Run(string[] args)
    {
        // mpirun gives every rank a terminal at which nobody sits: no bars, and no escape sequences from the runtime.
        if (MpiEnvironment.IsRank)
            Environment.SetEnvironmentVariable("TERM", "dumb");
        using CancellationTokenSource stop = new();
        // The first signal asks; a second one, or one that is not heeded, ends the process as usual.
        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using StreamWriter output = new(OpenOutput(), Utf8, bufferSize: 1 << 14) { AutoFlush = false };
        using StreamWriter error = new(Console.OpenStandardError(), Utf8, bufferSize: 1 << 10) { AutoFlush = true };
        using StandardInput input = new();
        return CommandHost.Run(args, new CommandContext(output, error, input)
        {
            OutputStyle = Style(Console.IsOutputRedirected),
            ErrorStyle = Style(Console.IsErrorRedirected),
            Cancellation = stop.Token,
        });
    }

    // Console's own stream swallows the news that nobody reads any more, and a long batch would go on for nothing. A pipe opened as a file
    // reports it. A seekable file must not be opened so: two commands that share one file would overwrite each other.
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        FileStream direct = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return direct.CanSeek ? Console.OpenStandardOutput() : direct;
    }

    private static TerminalStyle Style(bool redirected)
    {
        if (redirected || MpiEnvironment.IsRank)
            return TerminalStyle.Plain;
        bool colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && !string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);
        return new TerminalStyle(IsTerminal: true, colour);
    }

    // Opened on first use: most commands never read it.
    private sealed class StandardInput : TextReader
    {
        private readonly Lazy<StreamReader> _reader = new(static () => new StreamReader(Console.OpenStandardInput(), Utf8));

        public override int Peek() => _reader.Value.Peek();

        public override int Read() => _reader.Value.Read();

        public override int Read(char[] buffer, int index, int count) => _reader.Value.Read(buffer, index, count);

        protected override void Dispose(bool disposing)
        {
            if (disposing && _reader.IsValueCreated)
                _reader.Value.Dispose();
            base.Dispose(disposing);
        }
    }
}
