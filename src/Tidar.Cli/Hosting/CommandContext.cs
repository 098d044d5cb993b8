namespace Tidar.Cli.Hosting;

/// <summary>Everything a command may touch of the outside world: its streams, what they lead to, and the request to stop.</summary>
/// <param name="Output">Results. Nothing else is written here.</param>
/// <param name="Error">Notes, progress and errors.</param>
/// <param name="Input">Standard input, for TEXT given as <c>-</c>.</param>
public sealed record CommandContext(TextWriter Output, TextWriter Error, TextReader Input)
{
    /// <summary>How results may look: colour and width of the terminal they go to.</summary>
    public TerminalStyle OutputStyle { get; init; } = TerminalStyle.Plain;

    /// <summary>How notes may look.</summary>
    public TerminalStyle ErrorStyle { get; init; } = TerminalStyle.Plain;

    /// <summary>Requested by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Writes a line for the user that is no result, such as a warning.</summary>
    public void Note(string line) => Error.WriteLine(ErrorStyle.Dim($"note: {line}"));
}
