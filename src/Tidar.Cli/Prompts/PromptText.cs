namespace Tidar.Cli.Prompts;

/// <summary>TEXT of the command line.</summary>
internal static class PromptText
{
    private const string StandardInput = "-";

    /// <summary>The prompt: the text itself, or for <c>-</c> all of standard input without its last line end.</summary>
    public static string Resolve(string text, TextReader input)
    {
        if (text != StandardInput)
            return text;
        string read = input.ReadToEnd();
        return read.EndsWith("\r\n", StringComparison.Ordinal) ? read[..^2] : read.EndsWith('\n') ? read[..^1] : read;
    }
}
