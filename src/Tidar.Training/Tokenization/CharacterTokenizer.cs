using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tidar.Training.Tokenization;

/// <summary>A <c>tokenizer.json</c> with one token per character of a text, and its special tokens after them.</summary>
internal static class CharacterTokenizer
{
    /// <summary>The file's bytes.</summary>
    /// <param name="texts">Text whose characters make the vocabulary.</param>
    /// <param name="special">Special tokens, in the order of their ids.</param>
    public static byte[] Create(IEnumerable<string> texts, params IReadOnlyList<string> special)
    {
        SortedSet<int> characters = [];
        foreach (string text in texts)
        {
            foreach (Rune rune in text.EnumerateRunes())
                characters.Add(rune.Value);
        }

        using MemoryStream stream = new();
        JsonWriterOptions style = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(stream, style))
            Write(json, [.. characters.Select(c => new Rune(c).ToString())], special);
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, List<string> characters, IReadOnlyList<string> special)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteStartArray("added_tokens");
        for (int i = 0; i < special.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", characters.Count + i);
            json.WriteString("content", special[i]);
            foreach (string flag in new[] { "single_word", "lstrip", "rstrip", "normalized" })
                json.WriteBoolean(flag, value: false);
            json.WriteBoolean("special", value: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("normalizer");
        json.WriteNull("pre_tokenizer");
        json.WriteNull("post_processor");
        json.WriteStartObject("decoder");
        json.WriteString("type", "Fuse");
        json.WriteEndObject();
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteBoolean("ignore_merges", value: false);
        json.WriteStartObject("vocab");
        int next = 0;
        foreach (string token in characters.Concat(special))
            json.WriteNumber(token, next++);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
