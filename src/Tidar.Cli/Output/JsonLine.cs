using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tidar.Cli.Output;

/// <summary>Writes one JSON object as one line, flushed, so that a reader at the other end of a pipe has it at once.</summary>
internal static class JsonLine
{
    // Output is UTF-8 text for programs and people, not part of a web page: letters stay letters.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same for whole trees.</summary>
    public static JsonSerializerOptions Relaxed { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the object whose fields <paramref name="fields"/> writes.</summary>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> fields)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Write('\n');
        output.Flush();
    }

    /// <summary>A list of whole numbers.</summary>
    public static void Numbers(this Utf8JsonWriter writer, string name, ReadOnlySpan<int> values)
    {
        writer.WriteStartArray(name);
        foreach (int value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    /// <summary>A list of counts.</summary>
    public static void Counts(this Utf8JsonWriter writer, string name, ReadOnlySpan<long> values)
    {
        writer.WriteStartArray(name);
        foreach (long value in values)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    /// <summary>A number, or null where JSON has none (infinities).</summary>
    public static void Real(this Utf8JsonWriter writer, string name, double value)
    {
        writer.WritePropertyName(name);
        writer.RealValue(value);
    }

    /// <summary>A number as an array's element, or null where JSON has none (infinities).</summary>
    public static void RealValue(this Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
