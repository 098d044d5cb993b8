using Spectre.Console;
using Tidar.Cli.Hosting;

namespace Tidar.Cli.Output;

/// <summary>Tables that look alike everywhere, and plain where there is no terminal.</summary>
internal static class Tables
{
    private const int Unlimited = 1000;

    /// <summary>A console over one of the command's streams.</summary>
    /// <param name="writer">The stream.</param>
    /// <param name="style">What it can show.</param>
    /// <param name="wrap">Keep to a readable width even where no terminal limits it.</param>
    /// <param name="interactive">Let lines renew themselves.</param>
    public static IAnsiConsole Console(TextWriter writer, TerminalStyle style, bool wrap = false, bool interactive = false)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = style.Colour || interactive ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = style.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        // Lines in a file are not broken for a screen that is not there.
        console.Profile.Width = style.IsTerminal || wrap ? style.Width : Unlimited;
        return console;
    }

    /// <summary>A table with headings.</summary>
    public static Table Plain(params string[] headings)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string heading in headings)
            table.AddColumn(new TableColumn(Markup.Escape(heading)));
        return table;
    }

    /// <summary>A table of names and values.</summary>
    public static Table KeyValue() => Plain("", "").HideHeaders().Border(TableBorder.None);

    /// <summary>Adds a row of plain text.</summary>
    public static void Row(this Table table, params string[] cells) => table.AddRow([.. cells.Select(static c => new Text(c))]);
}
