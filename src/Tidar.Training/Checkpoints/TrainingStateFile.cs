using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Files;
using Tidar.Training.Data;

namespace Tidar.Training.Checkpoints;

/// <summary><c>training.json</c> of a checkpoint.</summary>
internal static class TrainingStateFile
{
    public const string Name = "training.json";

    public static void Write(string path, TrainingState state) => AtomicFile.Write(path, stream =>
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteNumber("step", state.Step);
        json.WriteNumber("tokens", state.Tokens);
        json.WriteNumber("documents", state.Position.Documents);
        json.WriteNumber("offset", state.Position.Offset);
        json.WriteStartObject("settings");
        foreach ((string name, string value) in state.Settings)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Reads it back.</summary>
    /// <exception cref="InvalidInputException">The file is missing or malformed.</exception>
    public static TrainingState Read(string path)
    {
        using JsonDocument document = InputFile.ReadJson(path);
        JsonElement root = document.RootElement;
        List<KeyValuePair<string, string>> settings = [];
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("settings", out JsonElement saved) || saved.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException(path, "settings", "an object", "none");
        foreach (JsonProperty setting in saved.EnumerateObject())
            settings.Add(new(setting.Name, setting.Value.ToString()));
        DataPosition position = new(Number("documents", long.MaxValue), (int)Number("offset", int.MaxValue));
        return new TrainingState((int)Number("step", int.MaxValue), Number("tokens", long.MaxValue), position, settings);

        long Number(string name, long most)
        {
            if (!root.TryGetProperty(name, out JsonElement value))
                throw new InvalidInputException(path, name, "a whole number", "nothing");
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 && number <= most
                ? number
                : throw new InvalidInputException(path, name, "a whole number", JsonFields.Describe(value));
        }
    }
}
