using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Cli.Prompts;

/// <summary>Reads prompts files: one JSON object a line. All of it is checked before any prompt is run.</summary>
internal static class PromptFile
{
    private static readonly (PromptFields Flag, string Name)[] Names =
        [(PromptFields.Prompt, "prompt"), (PromptFields.Ids, "ids"), (PromptFields.Messages, "messages")];

    /// <summary>The prompts of <paramref name="path"/>, each with exactly one of the <paramref name="allowed"/> fields; other fields are left alone.</summary>
    /// <exception cref="InvalidInputException">The file or a line of it is not as it should be.</exception>
    public static List<PromptLine> Read(string path, PromptFields allowed) => [.. JsonLines.Read(path, fields => Convert(fields, allowed))];

    /// <summary>Prompts whose lines hold a user's message in a field of the caller's choice; other fields are left alone.</summary>
    /// <exception cref="InvalidInputException">The file or a line of it is not as it should be.</exception>
    public static List<PromptLine> ReadUserMessages(string path, string field) => [.. JsonLines.Read(path, fields => new PromptLine(fields.Source)
    {
        Messages = PromptLine.Conversation(null, fields.Text(field)),
    })];

    private static PromptLine Convert(JsonFields fields, PromptFields allowed)
    {
        string[] names = [.. Names.Where(n => allowed.HasFlag(n.Flag)).Select(n => n.Name)];
        string[] given = [.. names.Where(name => fields.TryGet(name, out _))];
        if (given.Length != 1)
        {
            string expected = names.Length == 1 ? $"the field {names[0]}" : $"one of the fields {string.Join(", ", names)}";
            throw new InvalidInputException(fields.Source, null, expected, given.Length == 0 ? "none" : string.Join(" and ", given));
        }

        bool completed = allowed.HasFlag(PromptFields.Completion), asIds = completed && fields.TryGet("completion_ids", out _);
        string? completion = completed ? fields.OptionalText("completion") : null;
        if (asIds && completion is not null)
            throw new InvalidInputException(fields.Source, null, "one of the fields completion, completion_ids", "both");
        return new PromptLine(fields.Source)
        {
            Completion = completion,
            CompletionIds = asIds ? [.. fields.Ids("completion_ids", below: int.MaxValue)] : null,
            Text = given[0] == "prompt" ? fields.OptionalText("prompt") : null,
            Ids = given[0] == "ids" ? [.. fields.Ids("ids", below: int.MaxValue)] : null,
            Messages = given[0] == "messages" ? Messages(fields) : null,
            Tools = fields.OptionalArray("tools") is null ? null : Copy(fields, "tools"),
            AddSpecial = Switch(fields, "add_special"),
            SkipSpecial = Switch(fields, "skip_special"),
        };
    }

    private static bool? Switch(JsonFields fields, string name) => fields.TryGet(name, out _) ? fields.Boolean(name, absent: false) : null;

    private static JsonElement Messages(JsonFields fields)
    {
        foreach (JsonElement message in fields.OptionalArray("messages")!)
        {
            if (message.ValueKind != JsonValueKind.Object)
                throw fields.Error("messages", "objects with role and content", message);
        }

        return Copy(fields, "messages");
    }

    private static JsonElement Copy(JsonFields fields, string name) => fields.TryGet(name, out JsonElement value) ? value.Clone() : default;
}
