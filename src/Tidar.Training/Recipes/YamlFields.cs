using System.Globalization;
using Tidar.Models;
using YamlDotNet.RepresentationModel;

namespace Tidar.Training.Recipes;

/// <summary>
/// Strict access to one mapping of a recipe: every value is checked, every key must be asked for, and every setting (defaults included) is noted under
/// its full name, so that two recipes can be compared.
/// </summary>
internal sealed class YamlFields
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly string? _path;
    private readonly IDictionary<string, string> _settings;

    public YamlFields(YamlMappingNode node, string source, string? path, IDictionary<string, string> settings)
    {
        Source = source;
        _path = path;
        _settings = settings;
        foreach ((YamlNode key, YamlNode value) in node.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
                throw new InvalidInputException(source, $"line {key.Start.Line}", "a plain key", "something else");
            _values[name] = value;
        }
    }

    /// <summary>The file.</summary>
    public string Source { get; }

    /// <summary>Whether a key is there.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    public int Integer(string name, int least, int most, int? fallback = null)
    {
        string expected = $"a whole number from {least} to {most}";
        if (Scalar(name, expected, fallback is null) is not { } text)
            return Note(name, fallback!.Value);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? Note(name, value)
            : throw Error(name, expected, text);
    }

    public double Number(string name, double least, double most, double? fallback = null)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        if (Scalar(name, expected, fallback is null) is not { } text)
            return Note(name, fallback!.Value);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? Note(name, value)
            : throw Error(name, expected, text);
    }

    public bool Flag(string name, bool fallback) => Scalar(name, "true or false", required: false) switch
    {
        null => Note(name, fallback),
        "true" => Note(name, true),
        "false" => Note(name, false),
        string text => throw Error(name, "true or false", text),
    };

    public string Text(string name) => Note(name, Scalar(name, "a text", required: true)!);

    public string? OptionalText(string name) => Scalar(name, "a text", required: false) is { } text ? Note(name, text) : null;

    public T Choice<T>(string name, T? fallback, params ReadOnlySpan<(string Name, T Value)> choices)
        where T : struct
    {
        List<string> names = [];
        foreach ((string choice, _) in choices)
            names.Add(choice);
        string expected = string.Join(" or ", names);
        string? text = Scalar(name, expected, fallback is null);
        foreach ((string choice, T value) in choices)
        {
            if (text is null ? EqualityComparer<T>.Default.Equals(value, fallback!.Value) : text == choice)
            {
                Note(name, choice);
                return value;
            }
        }

        throw Error(name, expected, text ?? "nothing");
    }

    /// <summary>A mapping inside this one; null where absent.</summary>
    public YamlFields? Optional(string name) => Find(name) switch
    {
        null => null,
        YamlMappingNode mapping => new YamlFields(mapping, Source, Name(name), _settings),
        YamlNode other => throw Error(name, "keys and values", Describe(other)),
    };

    /// <summary>A mapping that must be there.</summary>
    public YamlFields Required(string name) => Optional(name) ?? throw Error(name, "keys and values", "nothing");

    /// <summary>A mapping, empty where absent, so that its defaults apply.</summary>
    public YamlFields OrEmpty(string name) => Optional(name) ?? new YamlFields([], Source, Name(name), _settings);

    /// <summary>A list of at least one mapping.</summary>
    public IReadOnlyList<YamlFields> List(string name)
    {
        if (Find(name) is not YamlSequenceNode { Children.Count: > 0 } list)
            throw Error(name, "a list of entries", Find(name) is { } other ? Describe(other) : "nothing");
        List<YamlFields> entries = [];
        foreach (YamlNode child in list.Children)
        {
            string path = $"{Name(name)}[{entries.Count}]";
            entries.Add(child is YamlMappingNode mapping
                ? new YamlFields(mapping, Source, path, _settings)
                : throw new InvalidInputException(Source, path, "keys and values", Describe(child)));
        }

        return entries;
    }

    /// <summary>Refuses keys that nothing asked for.</summary>
    public void Finish()
    {
        foreach (string name in _values.Keys)
        {
            if (!_known.Contains(name))
                throw Error(name, $"one of the keys {string.Join(", ", _known)}", "an unknown key");
        }
    }

    public InvalidInputException Error(string name, string expected, string found) => new(Source, Name(name), expected, found);

    private string Name(string name) => _path is null ? name : $"{_path}.{name}";

    private YamlNode? Find(string name)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name) is { } node && !IsNull(node) ? node : null;
    }

    // A key without value counts as absent.
    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "null" or "~" };

    private string? Scalar(string name, string expected, bool required)
    {
        return Find(name) switch
        {
            null when required => throw Error(name, expected, "nothing"),
            null => null,
            YamlScalarNode scalar => scalar.Value ?? "",
            YamlNode other => throw Error(name, expected, Describe(other)),
        };
    }

    private T Note<T>(string name, T value)
        where T : notnull
    {
        _settings[Name(name)] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return value;
    }

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Value ?? "nothing",
        YamlSequenceNode => "a list",
        _ => "keys and values",
    };
}
