namespace Tidar.Cli.Hosting;

/// <summary>What the far end of a stream can show. Plain text comes out where it is no terminal.</summary>
/// <param name="IsTerminal">A person is reading along.</param>
/// <param name="Colour">ANSI colours are understood and wanted.</param>
/// <param name="Width">Columns.</param>
public sealed record TerminalStyle(bool IsTerminal, bool Colour, int Width)
{
    private const string Reset = "\e[0m";

    /// <summary>A file or pipe.</summary>
    public static TerminalStyle Plain { get; } = new(IsTerminal: false, Colour: false, Width: 100);

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

    private string Paint(string code, string text) => Colour && text.Length > 0 ? string.Concat(code, text, Reset) : text;
}
