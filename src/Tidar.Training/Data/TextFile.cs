using System.Text;
using Tidar.Kernels.Memory;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Training.Data;

/// <summary>Plain text, cut into documents at a separator; blank documents do not count.</summary>
internal sealed class TextFile : IDocumentFile
{
    private readonly MappedFile _file;
    private readonly List<(long Start, int Length)> _documents = [];

    public TextFile(string path, string? separator)
    {
        _file = InputFile.Map(path);
        byte[] mark = Encoding.UTF8.GetBytes(separator ?? "");
        long start = 0;
        while (start < _file.Length)
        {
            ReadOnlySpan<byte> rest = _file.Slice(start, (int)Math.Min(Array.MaxLength, _file.Length - start));
            int found = mark.Length == 0 ? -1 : rest.IndexOf(mark);
            if (found < 0 && rest.Length < _file.Length - start)
                throw new InvalidInputException(path, null, "documents of at most 2 GB (set a separator)", "a longer one");
            int length = found < 0 ? rest.Length : found;
            if (rest[..length].ContainsAnyExcept(" \t\r\n"u8))
                _documents.Add((start, length));
            start += length + (found < 0 ? 0 : mark.Length);
        }

        if (_documents.Count == 0)
            throw new InvalidInputException(path, null, "text", "nothing but blanks");
    }

    public int Count => _documents.Count;

    public long Bytes => _file.Length;

    public IReadOnlyList<TextSegment> Read(int index)
    {
        (long start, int length) = _documents[index];
        return [new TextSegment(Encoding.UTF8.GetString(_file.Slice(start, length)), IsTarget: true)];
    }

    public void Dispose() => _file.Dispose();
}
