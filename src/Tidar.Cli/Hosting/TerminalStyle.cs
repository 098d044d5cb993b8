namespace Tidar.Cli.Hosting;

/// <summary>What the far end of a stream can show. Plain text comes out where it is no terminal.</summary>
/// <param name="IsTerminal">A person is reading along.</param>
/// <param name="Colour">ANSI colours are understood and wanted.</param>
public sealed record TerminalStyle(bool IsTerminal, bool Colour)
{
    private const string Reset = "\e[0m";
    private const int DefaultWidth = 100;

    /// <summary>A file or pipe.</summary>
    public static TerminalStyle Plain { get; } = new(IsTerminal: false, Colour: false);

    /// <summary>Columns. Looked up when asked for: the question alone makes the runtime reprogram the terminal's keypad.</summary>
    public int Width => IsTerminal ? TerminalWidth() : DefaultWidth;

    /// <summary>Quiet text: notes and figures.</summary>
    public string Dim(string text) => Paint("\e[2m", text);

    /// <summary>An accepted draft token.</summary>
    public string Green(string text) => Paint("\e[32m", text);

    /// <summary>A token the autoregressive half corrected.</summary>
    public string Yellow(string text) => Paint("\e[33m", text);

    /// <summary>Errors.</summary>
    public string Red(string text) => Paint("\e[31m", text);

    /// <summary>Headings.</summary>
    public string Bold(string text) => Paint("\e[1m", text);

    /// <summary>Text from a model or a file: control characters, which could steer the terminal, become U+FFFD there.</summary>
    public string Safe(string text) =>
        IsTerminal && text.Any(IsDangerous) ? string.Concat(text.Select(static c => IsDangerous(c) ? '\uFFFD' : c)) : text;

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and int width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }

    private static bool IsDangerous(char letter) => char.IsControl(letter) && letter is not ('\n' or '\t');

    private string Paint(string code, string text) => Colour && text.Length > 0 ? string.Concat(code, text, Reset) : text;
}
