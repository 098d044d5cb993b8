using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidar.Models.Files;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;

namespace Tidar.Models.Selectors;

/// <summary>Puts a path selector into the folder of an adapter or a model.</summary>
public static class SelectorWriter
{
    /// <summary>
    /// Writes the tensors, and the field that names them into the folder's record. Whenever this is interrupted, the folder has the selector it had before or the new one.
    /// </summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="candidates">Candidates of a slot.</param>
    /// <param name="tensors">The tensors under their names (<see cref="SelectorNames"/>).</param>
    /// <param name="type">Element type to store them in.</param>
    /// <exception cref="InvalidInputException">The folder cannot be written, or its record is malformed.</exception>
    public static void Write(string folder, int candidates, IEnumerable<WeightTensor> tensors, StoredType type)
    {
        string record = Path.Combine(folder, SelectorNames.RecordFile);
        JsonObject fields = [];
        if (File.Exists(record))
        {
            using JsonDocument document = InputFile.ReadJson(record);
            JsonFields.Of(document, record);
            fields = JsonObject.Create(document.RootElement.Clone())!;
        }

        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["format"] = "pt", [SelectorNames.Candidates] = candidates.ToString(CultureInfo.InvariantCulture),
        };
        SafetensorsWriter.Write(Path.Combine(folder, SelectorNames.TensorFile), tensors, type, metadata);
        fields[SelectorNames.RecordField] = SelectorNames.TensorFile;
        AtomicFile.Write(record, stream =>
        {
            using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            fields.WriteTo(json);
        });
    }
}
