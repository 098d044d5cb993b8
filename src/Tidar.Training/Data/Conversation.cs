using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Chat;

namespace Tidar.Training.Data;

/// <summary>
/// Cuts a conversation into what the model reads and what it writes: the text of every assistant message is what the chat template adds to the prompt that a
/// server would have given for it.
/// </summary>
internal static class Conversation
{
    // Templates may show a date; a run must not depend on the day.
    private static readonly DateTime Date = new(2025, 1, 1);

    /// <summary>The segments of a conversation; only assistant messages are targets, or everything with <paramref name="trainOnPrompts"/>.</summary>
    /// <exception cref="InvalidInputException">The messages are malformed, or the template writes earlier messages differently once later ones
    /// follow.</exception>
    public static List<TextSegment> Cut(JsonElement messages, ChatFormat format, bool trainOnPrompts, string source)
    {
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
            throw new InvalidInputException(source, "messages", "a list of messages", $"{messages.ValueKind}");
        List<TextSegment> segments = [];
        string done = "";
        for (int i = 0; i < messages.GetArrayLength(); i++)
        {
            if (Role(messages[i], i, source) != "assistant")
                continue;
            string prompt = Render(messages, i, format, addGenerationPrompt: true, source);
            string answered = Render(messages, i + 1, format, addGenerationPrompt: false, source);
            segments.Add(new TextSegment(After(done, prompt, source), trainOnPrompts, HasSpecialTokens: true));
            segments.Add(new TextSegment(After(prompt, answered, source), IsTarget: true, HasSpecialTokens: true));
            done = answered;
        }

        if (segments.Count == 0)
            throw new InvalidInputException(source, "messages", "at least one from the assistant", "none");

        // What follows the last answer's end token (usually a line break) belongs to a next turn that does not come.
        segments[^1] = segments[^1] with { Text = segments[^1].Text.TrimEnd('\n') };
        return segments;
    }

    private static string Role(JsonElement message, int index, string source) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out JsonElement role) && role.ValueKind == JsonValueKind.String
            ? role.GetString()!
            : throw new InvalidInputException(source, $"messages[{index}].role", "a string", "something else");

    private static string Render(JsonElement messages, int count, ChatFormat format, bool addGenerationPrompt, string source)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartArray();
            for (int i = 0; i < count; i++)
                messages[i].WriteTo(json);
            json.WriteEndArray();
        }

        using JsonDocument part = JsonDocument.Parse(stream.ToArray());
        try
        {
            return format.Render(part.RootElement, addGenerationPrompt: addGenerationPrompt, now: Date);
        }
        catch (TemplateException error)
        {
            throw new InvalidInputException(source, "messages", "a conversation that the chat template accepts", error.Message, error);
        }
    }

    private static string After(string start, string whole, string source) => whole.StartsWith(start, StringComparison.Ordinal)
        ? whole[start.Length..]
        : throw new InvalidInputException(source, "messages", "a chat template that only adds to what it wrote for earlier messages", "one that rewrites it");
}
