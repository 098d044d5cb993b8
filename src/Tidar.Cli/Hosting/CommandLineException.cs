namespace Tidar.Cli.Hosting;

/// <summary>A command line that cannot be understood: an unknown option, a value that is no number, a missing argument.</summary>
/// <param name="message">One line: command, option, expected, found.</param>
public sealed class CommandLineException(string message) : Exception(message);
