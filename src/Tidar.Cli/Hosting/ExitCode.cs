namespace Tidar.Cli.Hosting;

/// <summary>What the command tells the shell.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A defect of this program.</summary>
    public const int OurFault = 1;

    /// <summary>A mistake in the options or files given; one line on standard error says which.</summary>
    public const int UserMistake = 2;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT) or by a request to terminate.</summary>
    public const int Cancelled = 130;
}
