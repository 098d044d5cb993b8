using System.Text.Json;

namespace Tidar.Cli.Prompts;

/// <summary>One prompt as the user gave it: exactly one of <see cref="Text"/>, <see cref="Ids"/> and <see cref="Messages"/>.</summary>
/// <param name="Source">File and line, for messages; null for a prompt on the command line.</param>
internal sealed record PromptLine(string? Source)
{
    /// <summary>Text to be tokenized.</summary>
    public string? Text { get; init; }

    /// <summary>Token ids, to be taken as they are.</summary>
    public int[]? Ids { get; init; }

    /// <summary>A conversation: an array of objects with <c>role</c> and <c>content</c>.</summary>
    public JsonElement? Messages { get; init; }

    /// <summary>Descriptions of tools for the chat template; null for none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Text behind the prompt, tokenized by itself; null for none.</summary>
    public string? Completion { get; init; }

    /// <summary>Token ids behind the prompt; null for none.</summary>
    public int[]? CompletionIds { get; init; }

    /// <summary>Whether the tokenizer adds its begin and end tokens; null where the line does not say.</summary>
    public bool? AddSpecial { get; init; }

    /// <summary>Whether decoding leaves special tokens out; null where the line does not say.</summary>
    public bool? SkipSpecial { get; init; }

    /// <summary>A conversation of a user's message, after a system message where there is one.</summary>
    public static JsonElement Conversation(string? system, string user)
    {
        List<Dictionary<string, string>> messages = [];
        if (system is not null)
            messages.Add(Message("system", system));
        messages.Add(Message("user", user));
        return JsonSerializer.SerializeToElement(messages);
    }

    /// <summary>The name of the field that holds the prompt.</summary>
    public string Field => Text is not null ? "prompt" : Ids is not null ? "ids" : "messages";

    private static Dictionary<string, string> Message(string role, string content) => new(StringComparer.Ordinal) { ["role"] = role, ["content"] = content };
}
