using System.CommandLine;
using System.CommandLine.Parsing;
using Tidar.Cli.Commands;
using Tidar.Cli.Options;
using Tidar.Models;

namespace Tidar.Cli.Hosting;

/// <summary>
/// Runs one command line. Every way it can end becomes an exit code, and at most one line on standard error:
/// no exception leaves this class.
/// </summary>
public static class CommandHost
{
    /// <summary>Environment variable that makes an internal failure print its stack trace.</summary>
    public const string DebugVariable = "TIDAR_DEBUG";

    // POSIX EPIPE; Windows ERROR_BROKEN_PIPE and ERROR_NO_DATA as HRESULTs.
    private static readonly int[] BrokenPipe = [32, unchecked((int)0x8007006D), unchecked((int)0x800700E8)];

    /// <summary>Runs a command line with plain streams.</summary>
    public static int Run(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, TextReader? input = null, CancellationToken cancellation = default) =>
        Run(args, new CommandContext(output, error, input ?? TextReader.Null) { Cancellation = cancellation });

    /// <summary>Runs a command line and returns one of <see cref="ExitCode"/>.</summary>
    public static int Run(IReadOnlyList<string> args, CommandContext context)
    {
        try
        {
            int code = Invoke(args, context);
            context.Output.Flush();
            return code;
        }
        catch (Exception error)
        {
            return Report(error, context);
        }
    }

    private static int Invoke(IReadOnlyList<string> args, CommandContext context)
    {
        // A prompt may begin with '@': no response files.
        ParseResult parsed = CommandTree.Create(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        RefuseMistypedOption(parsed);
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
            throw new CommandLineException(Describe(parsed));
        WarnOfThreads(parsed, context);
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    // An unknown option would pass for TEXT or PATH. Whoever means such a text writes it behind `--`.
    private static void RefuseMistypedOption(ParseResult parsed)
    {
        if (parsed.Tokens.Any(static t => t.Type == TokenType.DoubleDash))
            return;
        IEnumerable<Token> values = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static a => a.Tokens);
        if (values.FirstOrDefault(static t => LooksLikeOption(t.Value)) is Token mistyped)
        {
            string command = Path(parsed.CommandResult);
            throw new CommandLineException($"{command}: expected an option it knows, found {mistyped.Value} (text that begins so goes behind --)");
        }
    }

    // Workers of one pass wait for each other: one that has no processor holds up all.
    private static void WarnOfThreads(ParseResult parsed, CommandContext context)
    {
        Option<int?>? option = parsed.CommandResult.Command.Options.OfType<Option<int?>>().FirstOrDefault(static o => o.Name == Opt.ThreadsName);
        if (option is not null && parsed.GetValue(option) is int threads && threads > Environment.ProcessorCount)
            context.Note($"{Opt.ThreadsName} {threads}: this machine has {Environment.ProcessorCount} processors, and more threads than that make it slower");
    }

    private static bool LooksLikeOption(string text) =>
        text.TrimStart('-') is { Length: > 0 } name && name.Length != text.Length && char.IsAsciiLetter(name[0]) && !text.Any(char.IsWhiteSpace);

    private static string Describe(ParseResult parsed)
    {
        string command = Path(parsed.CommandResult);
        string help = $" (see {command} --help)";
        if (parsed.UnmatchedTokens.Count > 0)
        {
            string expected = parsed.CommandResult.Command.Subcommands.Count > 0 ? "a command" : "an option it knows";
            return $"{command}: expected {expected}, found {parsed.UnmatchedTokens[0]}{help}";
        }

        return $"{command}: {parsed.Errors[0].Message}{help}";
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "tidar";

    /// <summary>Says what went wrong, in one line.</summary>
    /// <returns>The exit code.</returns>
    internal static int Report(Exception error, CommandContext context)
    {
        if (error is AggregateException { InnerExceptions: [Exception only] })
            error = only;
        if (IsBrokenPipe(error))
            return ExitCode.Done;
        (int code, string line) = Explain(error, context);
        // What was written so far belongs to the user, whatever happened next; a stream that fails now has nobody left to tell.
        Try(context.Output.Flush);
        Try(() => context.Error.WriteLine(line));
        if (code == ExitCode.OurFault && Environment.GetEnvironmentVariable(DebugVariable) is "1")
            Try(() => context.Error.WriteLine(error.ToString()));
        return code;
    }

    private static (int Code, string Line) Explain(Exception error, CommandContext context)
    {
        string label = context.ErrorStyle.Red("error:");
        return error switch
        {
            OperationCanceledException when context.Cancellation.IsCancellationRequested => (ExitCode.Cancelled, "cancelled"),
            InvalidInputException or CommandLineException => (ExitCode.UserMistake, $"{label} {OneLine(error.Message)}"),
            OutOfMemoryException => (ExitCode.UserMistake, $"{label} memory: expected enough for the model and what it works on, found too little; int8 and int4 weights take less (--weights)"),
            IOException or UnauthorizedAccessException => (ExitCode.OurFault, $"{label} {OneLine(error.Message)} (set {DebugVariable}=1 for the stack trace)"),
            _ => (ExitCode.OurFault, $"{label} internal failure: {error.GetType().Name}: {OneLine(error.Message)} (set {DebugVariable}=1 for the stack trace)"),
        };
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // See the caller.
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static bool IsBrokenPipe(Exception error) => error is IOException && BrokenPipe.Contains(error.HResult);
}
