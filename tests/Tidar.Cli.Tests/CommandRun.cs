using System.Text.Json;
using Tidar.Cli.Hosting;

namespace Tidar.Cli.Tests;

/// <summary>What one command line left behind: exit code, standard output, standard error.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    /// <summary>Runs the command in this process, with pipes for streams.</summary>
    public static CommandRun Of(params string[] args) => Of(args, input: "");

    public static CommandRun Of(string[] args, string input, CancellationToken cancellation = default)
    {
        using StringWriter output = new(), error = new();
        int code = CommandHost.Run(args, output, error, new StringReader(input), cancellation);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The objects on standard output, which must hold nothing else; standard error must be empty unless <paramref name="notes"/>.</summary>
    public JsonElement[] Json(bool notes = false)
    {
        Assert.True(Code == ExitCode.Done, $"exit code {Code}: {Error}");
        if (!notes)
            Assert.Empty(Error);
        Assert.EndsWith("\n", Output, StringComparison.Ordinal);
        return [.. Output.TrimEnd('\n').Split('\n').Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The one line that a user's mistake gives; nothing else may have been written.</summary>
    public string Mistake()
    {
        Assert.Equal(ExitCode.UserMistake, Code);
        Assert.Empty(Output);
        Assert.EndsWith("\n", Error, StringComparison.Ordinal);
        string line = Error[..^1];
        Assert.DoesNotContain('\n', line);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        return line["error: ".Length..];
    }
}
