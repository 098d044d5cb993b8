using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidar.Models.Files;
using Tidar.Models.Tokenization.Bpe;
using Tidar.Models.Tokenization.Decoders;
using Tidar.Models.Tokenization.Loading;
using Tidar.Models.Tokenization.Patterns;
using Tidar.Models.Tokenization.PreTokenizers;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization;

/// <summary>
/// Text to ids and back, id for id as the Hugging Face <c>tokenizers</c> library does it from the same <c>tokenizer.json</c>.
/// Immutable and safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly byte[] _json;
    private readonly AddedTokenMatcher? _givenMatcher;
    private readonly AddedTokenMatcher? _normalizedMatcher;
    private readonly string?[] _texts;
    private readonly bool[] _special;
    private readonly Dictionary<string, int> _addedIds;
    private readonly Dictionary<int, string> _originals = [];
    private readonly ConcurrentBag<EncoderState> _states = [];

    private Tokenizer(byte[] json, string source)
    {
        _json = json;
        using JsonDocument document = InputFile.ParseJson(json, source);
        _parts = TokenizerReader.Read(document, source);
        IReadOnlyList<AddedToken> added = _parts.AddedTokens;
        _addedIds = added.ToDictionary(static t => t.Content, static t => t.Id, StringComparer.Ordinal);
        VocabularySize = 1 + _parts.Vocabulary.Values.Concat(added.Select(static t => t.Id)).DefaultIfEmpty(-1).Max();
        _texts = new string?[VocabularySize];
        _special = new bool[VocabularySize];
        foreach ((string token, int id) in _parts.Vocabulary)
            _texts[id] = token;
        var normalized = new List<(string, AddedToken)>();
        foreach (AddedToken token in added)
        {
            // Decoding undoes the normalizer's work for tokens that were looked for in normalized text.
            string text = token.Normalized ? Normalize(token.Content) : token.Content;
            _texts[token.Id] = text;
            _special[token.Id] = token.Special;
            if (text != token.Content)
                _originals[token.Id] = token.Content;
            if (token.Normalized)
                normalized.Add((text, token));
        }

        if (normalized.Count > 0)
            _normalizedMatcher = new AddedTokenMatcher(normalized);
        if (normalized.Count < added.Count)
            _givenMatcher = new AddedTokenMatcher(added.Where(static t => !t.Normalized).Select(static t => (t.Content, t)));
    }

    /// <summary>One more than the largest id.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens that are found in the text before the model runs, by ascending id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _parts.AddedTokens;

    /// <summary>Loads a <c>tokenizer.json</c>, or the one in a folder.</summary>
    /// <exception cref="InvalidInputException">The file is absent, malformed, or uses something that is not supported.</exception>
    public static Tokenizer Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path;
        return FromJson(InputFile.ReadBytes(file), file);
    }

    /// <summary>A tokenizer from the text of a <c>tokenizer.json</c>.</summary>
    /// <param name="json">The file's bytes; kept, not copied.</param>
    /// <param name="source">Where they are from, for messages.</param>
    /// <exception cref="InvalidInputException">As for <see cref="Load"/>.</exception>
    public static Tokenizer FromJson(byte[] json, string source) => new(json, source);

    /// <summary>A tokenizer from a GGUF file's metadata.</summary>
    /// <exception cref="InvalidInputException">The metadata contradict themselves or name an unknown model or pre-tokenizer.</exception>
    public static Tokenizer FromGguf(GgufTokenizerData data) => FromJson(GgufConversion.ToJson(data), data.Source);

    /// <summary>The same tokenizer with one special token more, whose id is <see cref="VocabularySize"/>.</summary>
    public Tokenizer WithSpecialToken(string token)
    {
        JsonObject json = JsonNode.Parse(_json)!.AsObject();
        if (json["added_tokens"] is not JsonArray added)
            json["added_tokens"] = added = [];
        added.Add(new JsonObject
        {
            ["id"] = VocabularySize,
            ["content"] = token,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        });
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            json.WriteTo(writer);
        return FromJson(stream.ToArray(), token);
    }

    /// <summary>
    /// Writes the <c>tokenizer.json</c> this tokenizer was made from (for a GGUF file: an equivalent one), to stand beside a checkpoint.
    /// </summary>
    /// <param name="path">A file, or an existing folder to put <c>tokenizer.json</c> in.</param>
    /// <exception cref="InvalidInputException">The place cannot be written.</exception>
    public void Save(string path) =>
        AtomicFile.Write(Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path, stream => stream.Write(_json));

    /// <summary>Encodes a text.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Add what the post-processor adds, such as BOS.</param>
    /// <param name="parseSpecialTokens">Recognise special tokens written in the text; otherwise their text is text like any other. Added tokens that are not special are always recognised.</param>
    /// <exception cref="InvalidInputException">A hostile regular expression takes too long on this text.</exception>
    public int[] Encode(string text, bool addSpecialTokens = true, bool parseSpecialTokens = true)
    {
        if (!_states.TryTake(out EncoderState? state))
            state = new EncoderState(_parts.Model);
        state.Ids.Clear();
        Visit(text, state, parseSpecialTokens);
        ReadOnlySpan<int> ids = CollectionsMarshal.AsSpan(state.Ids);
        int[] result = addSpecialTokens ? _parts.PostProcessor.Apply(ids) : ids.ToArray();
        _states.Add(state);
        return result;
    }

    /// <summary>Decodes ids; unknown ids stand for nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var chain = new DecoderChain(_parts.Decoders, streaming: false);
        foreach (int id in ids)
        {
            if (TextForDecoding(id, skipSpecialTokens) is { } token)
                chain.Push(token);
        }

        chain.Finish();
        return chain.Take();
    }

    /// <summary>Decodes ids as they come, one at a time.</summary>
    public StreamingDetokenizer CreateDetokenizer(bool skipSpecialTokens = false) =>
        new(this, new DecoderChain(_parts.Decoders, streaming: true), skipSpecialTokens);

    /// <summary>The id of a token by its text in the vocabulary (bytes in the byte alphabet, <c>▁</c> and so on), or of an added token.</summary>
    public bool TryGetId(string token, out int id)
    {
        return _addedIds.TryGetValue(token, out id) || _parts.Vocabulary.TryGetValue(token, out id);
    }

    /// <summary>The text of a token in the vocabulary, or null where no token has the id.</summary>
    public string? GetToken(int id) => _originals.TryGetValue(id, out string? original) ? original : Stored(id);

    /// <summary>The UTF-8 bytes a token alone stands for in text (which may be part of a character); empty for an id without token.</summary>
    public ReadOnlyMemory<byte> GetTokenBytes(int id)
    {
        if (Stored(id) is not { } text)
            return ReadOnlyMemory<byte>.Empty;
        byte[]? bytes = null;
        foreach (Decoder step in _parts.Decoders)
            text = step.Single(text, ref bytes);
        return bytes ?? System.Text.Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Whether a token is special, that is no text.</summary>
    public bool IsSpecial(int id) => (uint)id < (uint)_special.Length && _special[id];

    /// <summary>Cuts a text up as for encoding.</summary>
    internal void Visit(string text, PieceVisitor visitor, bool parseSpecialTokens = true)
    {
        try
        {
            VisitGiven(CodePoints.WellFormed(text), parseSpecialTokens, visitor);
        }
        catch (PatternException error)
        {
            throw new InvalidInputException(_parts.Source, "regular expression", "one that this text can be matched with in bounded time", error.Message, error);
        }
    }

    internal string? TextForDecoding(int id, bool skipSpecialTokens) => skipSpecialTokens && IsSpecial(id) ? null : Stored(id);

    private string? Stored(int id) => (uint)id < (uint)_texts.Length ? _texts[id] : null;

    private string Normalize(string text) => _parts.Normalizer?.Normalize(text) ?? text;

    // Non-normalized added tokens are cut out of the text as given, the others out of what lies between, normalized.
    private void VisitGiven(string text, bool parseSpecial, PieceVisitor visitor)
    {
        if (_givenMatcher is null)
        {
            VisitText(text, opensText: true, parseSpecial, visitor);
            return;
        }

        var parts = new List<(int Start, int End, AddedToken? Token)>();
        _givenMatcher.Split(text, parseSpecial, parts);
        foreach ((int start, int end, AddedToken? token) in parts)
        {
            if (token is not null)
                visitor.Token(token);
            else
                VisitText(text[start..end], opensText: start == 0, parseSpecial, visitor);
        }
    }

    private void VisitText(string text, bool opensText, bool parseSpecial, PieceVisitor visitor)
    {
        if (text.Length == 0)
            return;
        int opening = 0;
        if (opensText)
            _ = CodePoints.At(text, 0, out opening);
        if (_parts.Normalizer is { } normalizer)
            text = normalizer.Normalize(text, ref opening);
        var whole = new Piece(text, 0, text.Length, opening);
        if (_normalizedMatcher is null)
        {
            VisitPieces(whole, visitor);
            return;
        }

        var parts = new List<(int Start, int End, AddedToken? Token)>();
        _normalizedMatcher.Split(text, parseSpecial, parts);
        foreach ((int start, int end, AddedToken? token) in parts)
        {
            if (token is not null)
                visitor.Token(token);
            else
                VisitPieces(whole.Slice(start, end - start), visitor);
        }
    }

    private void VisitPieces(in Piece part, PieceVisitor visitor)
    {
        if (part.Length == 0)
            return;
        visitor.Buffer.Clear();
        _parts.PreTokenizer.Split(part, visitor.Buffer);
        foreach (Piece piece in visitor.Buffer)
            visitor.Piece(piece.Span);

        // The buffer outlives the call; the text in it should not.
        visitor.Buffer.Clear();
    }
}
