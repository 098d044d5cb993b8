using System.Buffers;
using System.Text;
using System.Text.Json;
using Tidar.Models;

namespace Tidar.Decoding.Planning;

/// <summary>Measured costs with what they hold for, as a file.</summary>
/// <param name="Key">The machine, the model and how it ran.</param>
/// <param name="Measured">When.</param>
/// <param name="Costs">The costs.</param>
public sealed record CostProfile(ProfileKey Key, DateTimeOffset Measured, PassCosts Costs)
{
    private const string Format = "tidar-cost-profile";
    private const int Version = 1;
    private const string Expected = "a cost profile (tidar profile)";
    private const long LargestFile = 1 << 20;

    private static readonly JsonWriterOptions Readable = new() { Indented = true };

    /// <summary>Reads a profile.</summary>
    /// <exception cref="InvalidInputException">The file is missing or malformed.</exception>
    public static CostProfile Read(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
            throw new InvalidInputException(path, null, Expected, Directory.Exists(path) ? "a folder" : "no such file");
        if (file.Length > LargestFile)
            throw new InvalidInputException(path, null, Expected, $"{file.Length} bytes");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            return Parse(document.RootElement) ?? throw new InvalidInputException(path, null, $"{Expected} of version {Version}", "another JSON file");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidInputException(path, null, Expected, $"malformed JSON: {error.Message}", error);
        }
    }

    /// <summary>Writes the profile: another process sees the old file or the new one, never half of it.</summary>
    public void Write(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}");
        try
        {
            File.WriteAllText(temporary, ToJson());
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The file's text.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Readable))
        {
            writer.WriteStartObject();
            WriteFields(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>Writes the fields into an object that has been begun.</summary>
    public void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("format", Format);
        writer.WriteNumber("version", Version);
        writer.WriteString("processor", Key.Processor);
        writer.WriteString("tier", Key.Tier);
        writer.WriteNumber("threads", Key.Threads);
        writer.WriteString("model", Key.Model);
        writer.WriteString("weights", Key.Weights);
        writer.WriteString("adapter", Key.Adapter);
        writer.WriteNumber("draft_length", Key.DraftLength);
        writer.WriteString("measured", Measured);
        writer.WriteStartArray("contexts");
        foreach (ContextCosts context in Costs.Contexts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("context", context.Context);
            Write(writer, "clean", context.Clean);
            Write(writer, "masked", context.Masked);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Write(writer, "logits", Costs.QuestionCurve);
    }

    private static CostProfile? Parse(JsonElement root)
    {
        bool known = root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("format", out JsonElement format) && format.ValueEquals(Format)
            && root.GetProperty("version").GetInt32() == Version;
        if (!known)
            return null;
        ProfileKey key = new(
            root.GetProperty("processor").GetString()!,
            root.GetProperty("tier").GetString()!,
            root.GetProperty("threads").GetInt32(),
            root.GetProperty("model").GetString()!,
            root.GetProperty("weights").GetString()!,
            root.GetProperty("adapter").GetString(),
            root.GetProperty("draft_length").GetInt32());
        List<ContextCosts> contexts = [];
        foreach (JsonElement context in root.GetProperty("contexts").EnumerateArray())
            contexts.Add(new ContextCosts(context.GetProperty("context").GetInt32(), Curve(context.GetProperty("clean")), Curve(context.GetProperty("masked"))));
        return new CostProfile(key, root.GetProperty("measured").GetDateTimeOffset(), new PassCosts(contexts, Curve(root.GetProperty("logits"))));
    }

    private static CostCurve Curve(JsonElement element) => new(
        [.. element.GetProperty("rows").EnumerateArray().Select(static e => e.GetInt32())],
        [.. element.GetProperty("seconds").EnumerateArray().Select(static e => e.GetDouble())]);

    private static void Write(Utf8JsonWriter writer, string name, CostCurve curve)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("rows");
        foreach (int rows in curve.Rows)
            writer.WriteNumberValue(rows);
        writer.WriteEndArray();
        writer.WriteStartArray("seconds");
        foreach (double seconds in curve.Seconds)
            writer.WriteNumberValue(seconds);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
