using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tidar.Kernels.Memory;

namespace Tidar.Models.Files;

/// <summary>Opens files that a user named: whatever is wrong with them becomes an <see cref="InvalidInputException"/>.</summary>
public static class InputFile
{
    /// <summary>No JSON file of a checkpoint comes near this; it bounds what a wrong path can make us read.</summary>
    private const long JsonLimit = 512L << 20;

    /// <summary>Deep enough for any configuration, far from the stack's end.</summary>
    private const int JsonDepth = 64;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Maps <paramref name="path"/> for reading.</summary>
    /// <exception cref="InvalidInputException">The file is absent, is a folder, or cannot be read.</exception>
    public static MappedFile Map(string path) => Guarded(path, static p => MappedFile.Open(p));

    /// <summary>Opens <paramref name="path"/> for reading from start to end; it may be a pipe.</summary>
    /// <exception cref="InvalidInputException">The file is absent, is a folder, or cannot be read.</exception>
    public static Stream OpenStream(string path) =>
        Guarded(path, static p => new FileStream(p, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1));

    /// <summary>Reads what there is of an opened file, at most <paramref name="buffer"/>.</summary>
    /// <returns>Bytes read; 0 at the end.</returns>
    /// <exception cref="InvalidInputException">The device or the pipe fails.</exception>
    public static int ReadSome(Stream stream, Span<byte> buffer, string path)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (IOException error)
        {
            throw new InvalidInputException(path, null, "a readable file", Reason(path, error), error);
        }
    }

    /// <summary>Reads a whole text file of at most <paramref name="longest"/> bytes; a byte order mark is dropped.</summary>
    /// <exception cref="InvalidInputException">It cannot be read, is longer, or is not UTF-8.</exception>
    public static string ReadText(string path, int longest)
    {
        using Stream stream = OpenStream(path);
        using MemoryStream bytes = new();
        byte[] buffer = new byte[1 << 16];
        for (int read = ReadSome(stream, buffer, path); read > 0; read = ReadSome(stream, buffer, path))
        {
            if (bytes.Length + read > longest)
                throw new InvalidInputException(path, null, $"at most {longest} bytes", "more");
            bytes.Write(buffer, 0, read);
        }

        ReadOnlySpan<byte> text = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        if (!Utf8.IsValid(text))
            throw new InvalidInputException(path, null, "text in UTF-8", "bytes that are not UTF-8");
        return Encoding.UTF8.GetString(text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text);
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
            throw new InvalidInputException(source, Place(error, utf8.Span), "valid JSON", Reason(error), error);
        }
    }

    private static T Guarded<T>(string path, Func<string, T> open)
    {
        if (Directory.Exists(path))
            throw new InvalidInputException(path, null, "a file", "a folder");
        try
        {
            return open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidInputException(path.Length == 0 ? "the file name" : path, null, "a readable file", Reason(path, error), error);
        }
    }

    // A document of one line, such as a line of JSONL, is better served with the place inside it.
    private static string? Place(Exception error, ReadOnlySpan<byte> text)
    {
        if (error is not JsonException { LineNumber: long line, BytePositionInLine: long position })
            return null;
        return text.Contains((byte)'\n')
            ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}")
            : string.Create(CultureInfo.InvariantCulture, $"byte {position + 1}");
    }

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
