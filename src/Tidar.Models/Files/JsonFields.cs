using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Tidar.Models.Files;

/// <summary>
/// One JSON object of a file, read field by field: every value is checked for kind and range, and every mistake names the file and the field.
/// JSON <c>null</c> counts as absent, as in Hugging Face configurations.
/// </summary>
public readonly struct JsonFields
{
    private readonly JsonElement _object;
    private readonly string? _path;

    private JsonFields(JsonElement element, string source, string? path)
    {
        _object = element;
        Source = source;
        _path = path;
    }

    /// <summary>The file, for messages.</summary>
    public string Source { get; }

    /// <summary>The fields of a document's top level.</summary>
    /// <exception cref="InvalidInputException">The top level is not an object.</exception>
    public static JsonFields Of(JsonDocument document, string source) => Of(document.RootElement, source);

    /// <summary>The fields of a value.</summary>
    /// <exception cref="InvalidInputException">It is not an object.</exception>
    public static JsonFields Of(JsonElement value, string source) => value.ValueKind == JsonValueKind.Object
        ? new JsonFields(value, source, null)
        : throw new InvalidInputException(source, null, "a JSON object", Describe(value));

    /// <summary>The fields of an object inside the document, such as an element of an array; <paramref name="path"/> is its name in messages.</summary>
    /// <exception cref="InvalidInputException">It is not an object.</exception>
    public static JsonFields Of(JsonElement element, string source, string path) =>
        element.ValueKind == JsonValueKind.Object
            ? new JsonFields(element, source, path)
            : throw new InvalidInputException(source, path, "an object", Describe(element));

    /// <summary>The names that occur.</summary>
    public IEnumerable<string> Names => _object.EnumerateObject().Select(static p => p.Name);

    /// <summary>The value of a field that is present and not null.</summary>
    public bool TryGet(string name, out JsonElement value) =>
        _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the field is written at all, be it as null.</summary>
    public bool IsWritten(string name) => _object.TryGetProperty(name, out _);

    /// <summary>A required whole number in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public int Integer(string name, int least, int most) =>
        OptionalInteger(name, least, most) ?? throw Error(name, Range(least, most), "nothing");

    /// <summary>A whole number in [<paramref name="least"/>, <paramref name="most"/>], or null where absent.</summary>
    public int? OptionalInteger(string name, int least, int most)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        return IsInteger(value, least, most, out int number) ? number : throw Error(name, Range(least, most), value);
    }

    /// <summary>A finite number above <paramref name="above"/>, or null where absent.</summary>
    public double? OptionalNumber(string name, double above)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        bool fits = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) && number > above;
        return fits ? value.GetDouble() : throw Error(name, string.Create(CultureInfo.InvariantCulture, $"a number above {above}"), value);
    }

    /// <summary>true or false, or <paramref name="absent"/>.</summary>
    public bool Boolean(string name, bool absent)
    {
        if (!TryGet(name, out JsonElement value))
            return absent;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Error(name, "true or false", value);
    }

    /// <summary>A string, or null where absent.</summary>
    public string? OptionalText(string name)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Error(name, "a string", value);
    }

    /// <summary>A required string.</summary>
    public string Text(string name) => OptionalText(name) ?? throw Error(name, "a string", "nothing");

    /// <summary>A required object.</summary>
    public JsonFields Object(string name) => OptionalObject(name) ?? throw Error(name, "an object", "nothing");

    /// <summary>The objects of a required array.</summary>
    public IReadOnlyList<JsonFields> Objects(string name)
    {
        IReadOnlyList<JsonElement> items = OptionalArray(name) ?? throw Error(name, "an array", "nothing");
        List<JsonFields> objects = new(items.Count);
        for (int i = 0; i < items.Count; i++)
            objects.Add(Of(items[i], Source, string.Create(CultureInfo.InvariantCulture, $"{Name(name)}[{i}]")));
        return objects;
    }

    /// <summary>Every field of an object whose values are all strings, in one pass; of equal names the last counts.</summary>
    public IReadOnlyDictionary<string, string> Texts()
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            texts[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Error(property.Name, "a string", property.Value);
        }

        return texts;
    }

    /// <summary>An object, or null where absent.</summary>
    public JsonFields? OptionalObject(string name)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? new JsonFields(value, Source, Name(name))
            : throw Error(name, "an object", value);
    }

    /// <summary>The elements of an array, or null where absent.</summary>
    public IReadOnlyList<JsonElement>? OptionalArray(string name)
    {
        if (!TryGet(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Error(name, "an array", value);
    }

    /// <summary>One id or a list of ids in [0, <paramref name="below"/>); empty where absent.</summary>
    public IReadOnlyList<int> Ids(string name, int below)
    {
        if (!TryGet(name, out JsonElement value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return [Integer(name, 0, below - 1)];
        List<int> ids = [];
        foreach (JsonElement item in value.EnumerateArray())
            ids.Add(IsInteger(item, 0, below - 1, out int id) ? id : throw Error(name, $"ids from 0 to {below - 1}", item));
        return ids;
    }

    /// <summary>The name of a field as messages show it.</summary>
    public string Name(string name) => _path is null ? name : $"{_path}.{name}";

    /// <summary>An error about one field.</summary>
    public InvalidInputException Error(string name, string expected, string found) => new(Source, Name(name), expected, found);

    /// <summary>An error about one field that shows its value.</summary>
    public InvalidInputException Error(string name, string expected, JsonElement found) => Error(name, expected, Describe(found));

    /// <summary>A value as a message shows it.</summary>
    [SuppressMessage("Style", "IDE0072:Add missing cases", Justification = "All others are shown as written.")]
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => value.GetRawText() is { Length: > 60 } text ? $"{text[..60]}…" : value.GetRawText(),
    };

    private static bool IsInteger(JsonElement value, int least, int most, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number) && number >= least && number <= most;
    }

    private static string Range(int least, int most) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
}
