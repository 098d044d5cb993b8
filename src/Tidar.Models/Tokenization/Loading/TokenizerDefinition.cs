using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidar.Models.Tokenization.Loading;

/// <summary>A tokenizer to be written as <c>tokenizer.json</c>: what a GGUF file's metadata or a training amounts to.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>The text of every id of the model's vocabulary.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Merges, best first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Tokens found before the model runs.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary><c>normalizer</c>.</summary>
    public JsonNode? Normalizer { get; init; }

    /// <summary><c>pre_tokenizer</c>.</summary>
    public JsonNode? PreTokenizer { get; init; }

    /// <summary><c>post_processor</c>.</summary>
    public JsonNode? PostProcessor { get; init; }

    /// <summary><c>decoder</c>.</summary>
    public JsonNode? Decoder { get; init; }

    /// <summary><c>unk_token</c>.</summary>
    public string? UnknownToken { get; init; }

    /// <summary><c>byte_fallback</c>; unknown tokens are fused with it, as SentencePiece does.</summary>
    public bool ByteFallback { get; init; }

    /// <summary><c>ignore_merges</c>.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary><c>Split</c> at the matches of a regular expression, each a piece.</summary>
    public static JsonObject SplitStep(string expression) => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject { ["Regex"] = expression },
        ["behavior"] = "Isolated",
        ["invert"] = false,
    };

    /// <summary><c>ByteLevel</c> as pre-tokenizer or decoder.</summary>
    public static JsonObject ByteLevelStep(bool useRegex) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = useRegex,
    };

    /// <summary>Replace one text by another.</summary>
    public static JsonObject ReplaceStep(string text, string content) => new()
    {
        ["type"] = "Replace",
        ["pattern"] = new JsonObject { ["String"] = text },
        ["content"] = content,
    };

    /// <summary>Several steps under <paramref name="listName"/>.</summary>
    public static JsonObject Sequence(string listName, params JsonNode?[] steps) => new() { ["type"] = "Sequence", [listName] = new JsonArray(steps) };

    /// <summary>A template that puts tokens around a text; null where there are none.</summary>
    public static JsonObject? Template((string Token, int Id)? before, (string Token, int Id)? after)
    {
        if (before is null && after is null)
            return null;
        var specials = new JsonObject();
        JsonArray single = [];
        JsonArray pair = [];
        foreach (string sequence in new[] { "A", "B" })
        {
            JsonNode?[] parts = [Special(before), new JsonObject { ["Sequence"] = new JsonObject { ["id"] = sequence, ["type_id"] = 0 } }, Special(after)];
            foreach (JsonNode? part in parts.Where(static p => p is not null))
            {
                pair.Add(part!.DeepClone());
                if (sequence == "A")
                    single.Add(part);
            }
        }

        return new JsonObject { ["type"] = "TemplateProcessing", ["single"] = single, ["pair"] = pair, ["special_tokens"] = specials };

        JsonObject? Special((string Token, int Id)? token)
        {
            if (token is not var (text, id))
                return null;
            specials[text] = new JsonObject { ["id"] = text, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(text) };
            return new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = text, ["type_id"] = 0 } };
        }
    }

    /// <summary>The document, UTF-8.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1.0");
            writer.WriteNull("truncation");
            writer.WriteNull("padding");
            WriteAddedTokens(writer);
            WritePart(writer, "normalizer", Normalizer);
            WritePart(writer, "pre_tokenizer", PreTokenizer);
            WritePart(writer, "post_processor", PostProcessor);
            WritePart(writer, "decoder", Decoder);
            WriteModel(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WritePart(Utf8JsonWriter writer, string name, JsonNode? node)
    {
        writer.WritePropertyName(name);
        if (node is null)
            writer.WriteNullValue();
        else
            node.WriteTo(writer);
    }

    private void WriteAddedTokens(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("added_tokens");
        foreach (AddedToken token in AddedTokens)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", token.Id);
            writer.WriteString("content", token.Content);
            writer.WriteBoolean("single_word", token.SingleWord);
            writer.WriteBoolean("lstrip", token.StripLeft);
            writer.WriteBoolean("rstrip", token.StripRight);
            writer.WriteBoolean("normalized", token.Normalized);
            writer.WriteBoolean("special", token.Special);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteModel(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteString("unk_token", UnknownToken);
        writer.WriteNull("continuing_subword_prefix");
        writer.WriteNull("end_of_word_suffix");
        writer.WriteBoolean("fuse_unk", ByteFallback);
        writer.WriteBoolean("byte_fallback", ByteFallback);
        writer.WriteBoolean("ignore_merges", IgnoreMerges);
        writer.WriteStartObject("vocab");
        for (int id = 0; id < Tokens.Count; id++)
            writer.WriteNumber(Tokens[id], id);
        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach ((string left, string right) in Merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(left);
            writer.WriteStringValue(right);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
