using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Tidar.Kernels.Memory;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Training.Data;

/// <summary>Plain text, cut into documents at a separator; blank documents do not count.</summary>
internal sealed class TextFile : IDocumentFile
{
    private readonly string _path;
    private readonly MappedFile _file;
    private readonly List<(long Start, int Length, int Line)> _documents = [];

    public TextFile(string path, string? separator)
    {
        _path = path;
        _file = InputFile.Map(path);
        byte[] mark = Encoding.UTF8.GetBytes(separator ?? "");
        long start = 0;
        int line = 1;
        while (start < _file.Length)
        {
            ReadOnlySpan<byte> rest = _file.Slice(start, (int)Math.Min(Array.MaxLength, _file.Length - start));
            int found = mark.Length == 0 ? -1 : rest.IndexOf(mark);
            if (found < 0 && rest.Length < _file.Length - start)
                throw new InvalidInputException(path, null, "documents of at most 2 GB (set a separator)", "a longer one");
            int length = found < 0 ? rest.Length : found;
            if (!Utf8.IsValid(rest[..length]))
                throw new InvalidInputException(path, $"line {line + InvalidLine(rest[..length])}", "valid UTF-8", "other bytes");
            if (rest[..length].ContainsAnyExcept(" \t\r\n"u8))
                _documents.Add((start, length, line));
            line += rest[..(length + (found < 0 ? 0 : mark.Length))].Count((byte)'\n');
            start += length + (found < 0 ? 0 : mark.Length);
        }

        if (_documents.Count == 0)
            throw new InvalidInputException(path, null, "text", "nothing but blanks");
    }

    public int Count => _documents.Count;

    public long Bytes => _file.Length;

    public string Place(int index) => string.Create(CultureInfo.InvariantCulture, $"{_path} line {_documents[index].Line}");

    public IReadOnlyList<TextSegment> Read(int index)
    {
        (long start, int length, _) = _documents[index];
        return [new TextSegment(Encoding.UTF8.GetString(_file.Slice(start, length)), IsTarget: true)];
    }

    public void Dispose() => _file.Dispose();

    // Lines before the first one that is no UTF-8.
    private static int InvalidLine(ReadOnlySpan<byte> text)
    {
        int line = 0;
        foreach (Range range in text.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(text[range]))
                break;
            line++;
        }

        return line;
    }
}
