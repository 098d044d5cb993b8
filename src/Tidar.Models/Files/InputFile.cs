using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Tidar.Kernels.Memory;

namespace Tidar.Models.Files;

/// <summary>Opens files that a user named: whatever is wrong with them becomes an <see cref="InvalidInputException"/>.</summary>
internal static class InputFile
{
    /// <summary>No JSON file of a checkpoint comes near this; it bounds what a wrong path can make us read.</summary>
    private const long JsonLimit = 512L << 20;

    /// <summary>Deep enough for any configuration, far from the stack's end.</summary>
    private const int JsonDepth = 64;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Maps <paramref name="path"/> for reading.</summary>
    /// <exception cref="InvalidInputException">The file is absent, is a folder, or cannot be read.</exception>
    public static MappedFile Map(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidInputException(path, null, "a file", "a folder");
        try
        {
            return MappedFile.Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(path, null, "a readable file", Reason(path, error), error);
        }
    }

    /// <summary>Reads and parses a whole JSON file; the last of equal keys counts. The caller disposes the document.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or is not UTF-8 JSON.</exception>
    public static JsonDocument ReadJson(string path) => ParseJson(ReadBytes(path), path);

    /// <summary>The bytes of a JSON file, not parsed yet.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or is too large to be one.</exception>
    public static byte[] ReadBytes(string path)
    {
        using MappedFile file = Map(path);
        return file.Length <= JsonLimit
            ? file.Slice(0, (int)file.Length).ToArray()
            : throw new InvalidInputException(path, null, $"a JSON file of at most {JsonLimit >> 20} MiB", $"{file.Length >> 20} MiB");
    }

    /// <summary>Parses UTF-8 JSON; every escaped string in it is known to decode afterwards.</summary>
    /// <exception cref="InvalidInputException">The text is not UTF-8 JSON.</exception>
    public static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8, string source)
    {
        if (utf8.Span.StartsWith(ByteOrderMark))
            utf8 = utf8[ByteOrderMark.Length..];
        if (utf8.Length == 0)
            throw new InvalidInputException(source, null, "JSON", "an empty file");
        if (!Utf8.IsValid(utf8.Span))
            throw new InvalidInputException(source, null, "JSON in UTF-8", "bytes that are not UTF-8");
        try
        {
            // A lone surrogate escape is only noticed when a string is decoded: decode those with escapes now.
            Utf8JsonReader reader = new(utf8.Span, new JsonReaderOptions { MaxDepth = JsonDepth });
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }

            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = JsonDepth });
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidInputException(source, Place(error), "valid JSON", Reason(error), error);
        }
    }

    private static string? Place(Exception error) =>
        error is JsonException { LineNumber: long line } ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}") : null;

    /// <summary>What a JSON parser's exception says is wrong, without its own way of counting lines.</summary>
    public static string Reason(Exception error) => error is JsonException ? error.Message.Split(" LineNumber:")[0].TrimEnd('.') : "a broken \\u escape";

    private static string Reason(string path, Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "no permission to read it",
        _ when path.Length == 0 => "an empty path",
        _ => error.Message,
    };
}
