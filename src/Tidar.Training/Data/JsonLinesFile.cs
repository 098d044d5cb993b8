using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Tidar.Kernels.Memory;
using Tidar.Models;
using Tidar.Models.Chat;
using Tidar.Models.Files;

namespace Tidar.Training.Data;

/// <summary>
/// One JSON object a line: <c>text</c>, or <c>prompt</c> and <c>completion</c>, or <c>messages</c>, or what <c>tidar distill</c> writes (<c>prompt_ids</c> and
/// <c>completion_ids</c>). Lines are parsed when they are drawn.
/// </summary>
internal sealed class JsonLinesFile : IDocumentFile
{
    private readonly string _path;
    private readonly bool _trainOnPrompts;
    private readonly Lazy<ChatFormat?> _chat;
    private readonly MappedFile _file;
    private readonly List<(long Start, int Length, int Line)> _lines = [];

    public JsonLinesFile(string path, bool trainOnPrompts, Func<ChatFormat?> chat)
    {
        _chat = new Lazy<ChatFormat?>(chat);
        _path = path;
        _trainOnPrompts = trainOnPrompts;
        _file = InputFile.Map(path);
        int line = 0, blank = 0;
        for (long start = 0; start < _file.Length; line++)
        {
            ReadOnlySpan<byte> rest = _file.Slice(start, (int)Math.Min(Array.MaxLength, _file.Length - start));
            int found = rest.IndexOf((byte)'\n');
            if (found < 0 && rest.Length < _file.Length - start)
                throw new InvalidInputException(path, $"line {line + 1}", "a line of at most 2 GB", "a longer one");
            int length = found < 0 ? rest.Length : found;
            if (rest[..length].ContainsAnyExcept(" \t\r"u8))
            {
                if (blank > 0)
                    throw new InvalidInputException(path, $"line {blank}", "a JSON object", "an empty line");
                if (!Utf8.IsValid(rest[..length]))
                    throw new InvalidInputException(path, $"line {line + 1}", "valid UTF-8", "other bytes");
                _lines.Add((start, length, line + 1));
            }
            else if (blank == 0)
            {
                blank = line + 1;
            }

            start += length + 1;
        }

        if (_lines.Count == 0)
            throw new InvalidInputException(path, null, "lines of JSON", "none");
    }

    public int Count => _lines.Count;

    public long Bytes => _file.Length;

    public string Place(int index) => string.Create(CultureInfo.InvariantCulture, $"{_path} line {_lines[index].Line}");

    public IReadOnlyList<TextSegment> Read(int index)
    {
        (long start, int length, int line) = _lines[index];
        using JsonDocument document = InputFile.ParseJson(_file.Slice(start, length).ToArray(), $"{_path} line {line}");
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException(_path, $"line {line}", "a JSON object", $"{root.ValueKind}");
        if (root.TryGetProperty("prompt_ids", out _))
            return [Ids(root, "prompt_ids", line, _trainOnPrompts), Ids(root, "completion_ids", line, isTarget: true)];
        if (root.TryGetProperty("text", out _))
            return [new TextSegment(Text(root, "text", line), IsTarget: true)];
        if (root.TryGetProperty("prompt", out _))
            return [new TextSegment(Text(root, "prompt", line), _trainOnPrompts), new TextSegment(Text(root, "completion", line), IsTarget: true)];
        if (root.TryGetProperty("messages", out JsonElement messages))
            return Conversation.Cut(messages, Chat(line), _trainOnPrompts, $"{_path} line {line}");
        throw new InvalidInputException(_path, $"line {line}", "text, or prompt and completion, or messages, or prompt_ids and completion_ids", "neither");
    }

    public void Dispose() => _file.Dispose();

    private TextSegment Ids(JsonElement root, string name, int line, bool isTarget) =>
        new("", isTarget, Ids: JsonFields.Of(root, $"{_path} line {line}").Ids(name, below: int.MaxValue));

    private ChatFormat Chat(int line) =>
        _chat.Value ?? throw new InvalidInputException(
            _path, $"line {line}: messages", "a tokenizer folder with a chat template (tokenizer.path or init_from)", "none");

    private string Text(JsonElement root, string name, int line)
    {
        if (!root.TryGetProperty(name, out JsonElement value))
            throw new InvalidInputException(_path, $"line {line}: {name}", "a string", "nothing");
        if (value.ValueKind == JsonValueKind.String && name == "text" && value.ValueEquals(""))
            throw new InvalidInputException(_path, $"line {line}: {name}", "some text", "an empty string");
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidInputException(_path, $"line {line}: {name}", "a string", JsonFields.Describe(value));
    }
}
