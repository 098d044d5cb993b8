using System.Text.Json;
using Tidar.Models;
using Tidar.Models.Files;

namespace Tidar.Cli.Prompts;

/// <summary>One conversation for a chat template. The values live as long as the list they were read with.</summary>
/// <param name="Messages">Array of messages.</param>
/// <param name="Tools">Array of tools; null for none.</param>
/// <param name="AddGenerationPrompt">End with the start of the assistant's answer.</param>
/// <param name="Extra">Further variables.</param>
internal sealed record TemplateCase(JsonElement Messages, JsonElement? Tools, bool AddGenerationPrompt, IReadOnlyDictionary<string, object?> Extra)
{
    private static readonly JsonElement NoMessages = JsonElement.Parse("[]");

    /// <summary>Reads a JSON list of cases; other fields than those of a case are left alone.</summary>
    /// <exception cref="InvalidInputException">The file is not such a list.</exception>
    public static List<TemplateCase> Read(string path)
    {
        using JsonDocument document = InputFile.ReadJson(path);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new InvalidInputException(path, null, "a JSON list of cases", JsonFields.Describe(document.RootElement));
        List<TemplateCase> cases = [];
        foreach (JsonElement element in document.RootElement.EnumerateArray())
            cases.Add(Convert(JsonFields.Of(element.Clone(), $"{path} case {cases.Count}")));
        return cases;
    }

    private static TemplateCase Convert(JsonFields fields)
    {
        Dictionary<string, object?> extra = new(StringComparer.Ordinal);
        if (fields.OptionalObject("extra") is JsonFields given)
        {
            foreach (string name in given.Names)
                extra[name] = given.TryGet(name, out JsonElement value) ? value : null;
        }

        return new TemplateCase(
            List(fields, "messages") ?? NoMessages, List(fields, "tools"), fields.Boolean("add_generation_prompt", absent: false), extra);
    }

    private static JsonElement? List(JsonFields fields, string name)
    {
        if (fields.OptionalArray(name) is null)
            return null;
        fields.TryGet(name, out JsonElement value);
        return value;
    }
}
