using System.Text.Json;
using Tidar.Models.Files;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Safetensors;

namespace Tidar.Models.Adapters;

/// <summary>Writes adapter folders in PEFT's layout, with <c>tidar.json</c> beside.</summary>
public static class AdapterWriter
{
    /// <summary>Writes the three files into an existing folder. The scaling is 1: lora_alpha equals the rank.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="baseModel">Name of the model that the adapter is for.</param>
    /// <param name="rank">Rank of every factor.</param>
    /// <param name="draftLength">K.</param>
    /// <param name="modules">Short names of the adapted modules.</param>
    /// <param name="layers">The adapted layers; null for all.</param>
    /// <param name="tensors">Factors and mask embedding under their names (<see cref="AdapterNames"/>).</param>
    /// <param name="type">Element type to store them in.</param>
    /// <exception cref="InvalidInputException">The folder cannot be written.</exception>
    public static void Write(
        string folder,
        string baseModel,
        int rank,
        int draftLength,
        IReadOnlyList<string> modules,
        IReadOnlyList<int>? layers,
        IEnumerable<WeightTensor> tensors,
        StoredType type)
    {
        SafetensorsWriter.Write(Path.Combine(folder, AdapterNames.TensorFile), tensors, type);
        WriteJson(Path.Combine(folder, AdapterNames.ConfigFile), json =>
        {
            json.WriteString("peft_type", "LORA");
            json.WriteString("task_type", "CAUSAL_LM");
            json.WriteString("base_model_name_or_path", baseModel);
            json.WriteNumber("r", rank);
            json.WriteNumber("lora_alpha", rank);
            json.WriteNumber("lora_dropout", 0);
            json.WriteString("bias", "none");
            json.WriteBoolean("inference_mode", value: true);
            json.WriteStartArray("target_modules");
            foreach (string module in modules)
                json.WriteStringValue(module);
            json.WriteEndArray();
            if (layers is null)
                return;
            json.WriteStartArray("layers_to_transform");
            foreach (int layer in layers)
                json.WriteNumberValue(layer);
            json.WriteEndArray();
        });
        WriteJson(Path.Combine(folder, AdapterNames.RecordFile), json =>
        {
            json.WriteString("rows", AdapterNames.MaskRows);
            json.WriteNumber("draft_length", draftLength);
            json.WriteString("mask_embedding", AdapterNames.MaskEmbedding);
        });
    }

    private static void WriteJson(string path, Action<Utf8JsonWriter> fields) => AtomicFile.Write(path, stream =>
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
    });
}
