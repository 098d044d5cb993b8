using System.Text.Json;
using System.Text.Unicode;
using Tidar.Models.Files;
using Tidar.Models.Weights.Elements;

namespace Tidar.Models.Weights.Safetensors;

/// <summary>
/// The JSON header of a safetensors file, held to the letter of the format (https://github.com/huggingface/safetensors#format): no tensor twice, no
/// hole, no overlap, sizes that follow from type and shape. It is read in one pass without a document in memory.
/// </summary>
internal sealed class SafetensorsHeader
{
    private readonly string _source;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private SafetensorsHeader(string source) => _source = source;

    /// <summary>The tensors, in the order the header lists them.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary><c>__metadata__</c>; empty where absent.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Parses and checks a header.</summary>
    /// <param name="header">The header's bytes.</param>
    /// <param name="dataLength">Bytes that follow the header in the file.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InvalidInputException">The header breaks the format.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> header, long dataLength, string source)
    {
        if (header.IsEmpty || header[0] != '{')
            throw new InvalidInputException(source, "header", "a JSON object from its first byte on", header.IsEmpty ? "nothing" : $"byte {header[0]}");
        if (!Utf8.IsValid(header))
            throw new InvalidInputException(source, "header", "UTF-8 text", "bytes that are not UTF-8");
        SafetensorsHeader result = new(source);
        try
        {
            result.Read(header);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidInputException(source, "header", "valid JSON", InputFile.Reason(error), error);
        }

        result.CheckPlaces(dataLength);
        return result;
    }

    private void Read(ReadOnlySpan<byte> header)
    {
        Utf8JsonReader reader = new(header, new JsonReaderOptions { MaxDepth = 8 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!_names.Add(name))
                throw new InvalidInputException(_source, name, "a tensor name that occurs once", "it twice");
            reader.Read();
            if (name == "__metadata__")
                ReadMetadata(ref reader);
            else
                Entries.Add(ReadEntry(ref reader, name));
        }

        // Reads on to the end, so that anything but white space after the object is an error.
        while (reader.Read())
        {
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        Expect(reader.TokenType == JsonTokenType.StartObject, "__metadata__", "an object of strings", reader.TokenType);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, "__metadata__", "strings", reader.TokenType);
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw new InvalidInputException(_source, "__metadata__", "keys that occur once", $"{key} twice");
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, name, "an object", reader.TokenType);
        ElementType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(reader.TokenType == JsonTokenType.String, name, "a dtype name", reader.TokenType);
                    string typeName = reader.GetString()!;
                    type = SafetensorsTypes.Find(typeName) ?? throw new InvalidInputException(_source, name, "a dtype of the format", typeName);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, "shape");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, "data_offsets");
                    break;
                default:
                    throw new InvalidInputException(_source, name, "dtype, shape and data_offsets, each once", field);
            }
        }

        return Check(name, type, shape, offsets);
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, name, $"{field} as a list", reader.TokenType);
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw new InvalidInputException(_source, name, $"whole numbers from 0 to 2^63-1 in {field}", JsonText(ref reader));
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private Entry Check(string name, ElementType? type, long[]? shape, long[]? offsets)
    {
        if (type is null || shape is null || offsets is null)
            throw new InvalidInputException(
                _source, name, "dtype, shape and data_offsets", $"no {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw new InvalidInputException(_source, name, "data_offsets as [begin, end]", $"[{string.Join(", ", offsets)}]");
        Int128 elements = 1;
        foreach (long dimension in shape)
        {
            elements *= dimension;
            if (elements > long.MaxValue)
                throw new InvalidInputException(_source, name, "a shape of fewer than 2^63 elements", $"[{string.Join(", ", shape)}]");
        }

        Int128 bytes = elements / type.BlockElements * type.BlockBytes;
        return elements % type.BlockElements == 0 && bytes == offsets[1] - offsets[0]
            ? new Entry(name, type, shape, offsets[0], offsets[1])
            : throw new InvalidInputException(_source, name, $"{bytes} bytes for {type.Name} [{string.Join(", ", shape)}]", $"{offsets[1] - offsets[0]}");
    }

    private void CheckPlaces(long dataLength)
    {
        long end = 0;
        foreach (Entry entry in Entries.OrderBy(static e => e.Begin).ThenBy(static e => e.End))
        {
            if (entry.Begin != end)
                throw new InvalidInputException(_source, entry.Name, $"data that begins at {end}, where the data before it ends", $"{entry.Begin}");
            end = entry.End;
        }

        if (end != dataLength)
            throw new InvalidInputException(_source, null, $"{end} bytes of tensor data, as the header says", $"{dataLength}");
    }

    private void Expect(bool holds, string name, string expected, JsonTokenType found)
    {
        if (!holds)
            throw new InvalidInputException(_source, name, expected, $"{found}");
    }

    private static string JsonText(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Number ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan) : $"{reader.TokenType}";

    /// <summary>One tensor: bytes [Begin, End) of the data that follows the header.</summary>
    internal sealed record Entry(string Name, ElementType Type, long[] Shape, long Begin, long End);
}
