using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Tidar.Cli.Options;

/// <summary>Makes options whose mistakes read like every other mistake: option, expected, found.</summary>
internal static class Opt
{
    /// <summary>The name of the option <see cref="Threads"/>.</summary>
    public const string ThreadsName = "--threads";

    private delegate bool Parser<T>(string text, out T value);

    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>The switch that every command with results has.</summary>
    public static Option<bool> Json() => Flag("--json", "one JSON object a line on standard output, everything else on standard error");

    /// <summary>Threads of the worker team; null for all processors.</summary>
    public static Option<int?> Threads() => Whole(ThreadsName, "N", "threads (default: all processors)", least: 1, most: 1024);

    /// <summary>An adapter for the model; null for none.</summary>
    public static Option<string?> Adapter() =>
        Text("--adapter", "PATH|NAME", "adapter for mask rows (docs/adapters.md): TiDAR on a model that was not trained for it");

    /// <summary>Measured costs for the planner; null for those in the user's cache.</summary>
    public static Option<string?> Profile() =>
        Text("--profile", "FILE", "costs for mode auto, from tidar profile --out (default: those in the user's cache, else measured quickly)");

    /// <summary>Any text.</summary>
    public static Option<string?> Text(string name, string placeholder, string description) => new(name) { Description = description, HelpName = placeholder };

    /// <summary>Text that has to be given.</summary>
    public static Option<string> RequiredText(string name, string placeholder, string description) =>
        new(name) { Description = description, HelpName = placeholder, Required = true };

    /// <summary>Text that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string placeholder, string description) =>
        new(name) { Description = description, HelpName = placeholder, DefaultValueFactory = static _ => [] };

    /// <summary>A whole number in a range.</summary>
    public static Option<int?> Whole(string name, string placeholder, string description, int least, int most = int.MaxValue)
    {
        string expected = most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}";
        return Parsed<int?>(name, placeholder, description, expected, (string text, out int? value) =>
        {
            bool fits = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most;
            value = number;
            return fits;
        });
    }

    /// <summary>A 64-bit seed.</summary>
    public static Option<ulong> Seed(string name, string description) =>
        Parsed<ulong>(name, "N", description, $"a whole number from 0 to {ulong.MaxValue}", static (string text, out ulong value) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    /// <summary>A finite number for which <paramref name="fits"/> holds.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="placeholder">Shown in the help.</param>
    /// <param name="description">Shown in the help.</param>
    /// <param name="expected">The range in words.</param>
    /// <param name="fits">The range.</param>
    public static Option<double?> Number(string name, string placeholder, string description, string expected, Func<double, bool> fits) =>
        Parsed<double?>(name, placeholder, description, expected, (string text, out double? value) =>
        {
            bool ok = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) && fits(number);
            value = number;
            return ok;
        });

    /// <summary>One word of several.</summary>
    public static Option<string?> Choice(string name, string description, params string[] words) =>
        Parsed<string?>(name, string.Join('|', words), description, $"one of {string.Join(", ", words)}", (string text, out string? value) =>
        {
            value = text;
            return words.Contains(text);
        });

    /// <summary>A list of whole numbers separated by commas.</summary>
    public static Option<int[]?> WholeList(string name, string placeholder, string description, int least) =>
        Parsed<int[]?>(name, placeholder, description, $"whole numbers of at least {least}, separated by commas", (string text, out int[]? value) =>
        {
            string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
            value = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out value[i]) || value[i] < least)
                    return false;
            }

            return true;
        });

    /// <summary>A list of words separated by commas; empty where none was given.</summary>
    public static Option<string[]?> WordList(string name, string placeholder, string description) =>
        Parsed<string[]?>(name, placeholder, description, "words separated by commas", (string text, out string[]? value) =>
        {
            value = text.Split(',', StringSplitOptions.TrimEntries);
            return value.All(static w => w.Length > 0);
        });

    private static Option<T> Parsed<T>(string name, string placeholder, string description, string expected, Parser<T> parse) => new(name)
    {
        Description = description,
        HelpName = placeholder,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Parse(result, name, expected, parse),
    };

    private static T? Parse<T>(ArgumentResult result, string name, string expected, Parser<T> parse)
    {
        string text = result.Tokens[0].Value;
        if (parse(text, out T value))
            return value;
        result.AddError($"{name}: expected {expected}, found {text}");
        return default;
    }
}
