using System.Text.Json;

namespace Tidar.Models.Files;

/// <summary>Files with one JSON object a line (JSONL). They are read as a stream, so a pipe will do; a mistake names file and line.</summary>
public static class JsonLines
{
    private const int LongestLine = 256 << 20;

    /// <summary>
    /// Reads the objects of <paramref name="path"/> one by one; blank lines after the last are ignored, a blank line between two is a mistake.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="convert">Makes a value of one line's fields, which are valid only during the call.</param>
    /// <exception cref="InvalidInputException">The file cannot be read, holds no object, or a line is no JSON object.</exception>
    public static IEnumerable<T> Read<T>(string path, Func<JsonFields, T> convert)
    {
        using Stream stream = InputFile.OpenStream(path);
        int number = 0, blank = 0;
        foreach (ReadOnlyMemory<byte> line in Lines(stream, path))
        {
            number++;
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                blank = blank == 0 ? number : blank;
                continue;
            }

            if (blank > 0)
                throw new InvalidInputException($"{path} line {blank}", null, "a JSON object", "an empty line");
            string source = $"{path} line {number}";
            using JsonDocument document = InputFile.ParseJson(line, source);
            yield return convert(JsonFields.Of(document, source));
        }

        if (number == 0 || blank == 1)
            throw new InvalidInputException(path, null, "one JSON object a line", "an empty file");
    }

    // Lines without their ends; each is valid until the next is asked for.
    private static IEnumerable<ReadOnlyMemory<byte>> Lines(Stream stream, string path)
    {
        byte[] buffer = new byte[1 << 16];
        int start = 0, filled = 0, searched = 0;
        while (true)
        {
            int found = buffer.AsSpan(searched, filled - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                int end = searched + found;
                yield return buffer.AsMemory(start, end - start);
                start = searched = end + 1;
                continue;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            start = 0;
            searched = filled;
            if (filled == LongestLine)
                throw new InvalidInputException(path, null, $"lines of at most {LongestLine >> 20} MiB", "a longer one");
            if (filled == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
            int read = InputFile.ReadSome(stream, buffer.AsSpan(filled), path);
            filled += read;
            if (read > 0)
                continue;
            if (filled > 0)
                yield return buffer.AsMemory(0, filled);
            yield break;
        }
    }
}
