using System.Text.Json;
using Tidar.Models.Files;

namespace Tidar.Models.Chat;

/// <summary>
/// Finds chat templates where Hugging Face keeps them: <c>chat_template.jinja</c> with <c>additional_chat_templates/*.jinja</c>, else <c>chat_template</c> in
/// <c>tokenizer_config.json</c> (a text, or a list of named ones), else <c>chat_template.json</c>.
/// </summary>
internal static class ChatFormatReader
{
    private const string TemplateKey = "chat_template";

    private static readonly string[] TokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>Reads a folder; null where it has no template.</summary>
    public static ChatFormat? ReadFolder(string folder)
    {
        Dictionary<string, ChatTemplate> templates = [];
        ReadTemplateFiles(folder, templates);
        Dictionary<string, object?> tokens = [];
        ReadTokens(Path.Combine(folder, "special_tokens_map.json"), tokens);
        string config = Path.Combine(folder, "tokenizer_config.json");
        ReadTokens(config, tokens);
        if (templates.Count == 0)
            ReadTemplateField(config, templates);
        if (templates.Count == 0)
            ReadTemplateField(Path.Combine(folder, "chat_template.json"), templates);
        return templates.Count == 0 ? null : new ChatFormat(folder, templates, tokens);
    }

    /// <summary>Parses a template that a file holds; a mistake in it is one of the file's.</summary>
    public static ChatTemplate Parse(string text, string name, string source)
    {
        try
        {
            return ChatTemplate.Parse(text, name);
        }
        catch (TemplateException error)
        {
            throw error.ToInvalidInput(source);
        }
    }

    private static void ReadTemplateFiles(string folder, Dictionary<string, ChatTemplate> templates)
    {
        string main = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(main))
            templates[ChatFormat.DefaultName] = ReadTemplateFile(main);
        string additional = Path.Combine(folder, "additional_chat_templates");
        if (!Directory.Exists(additional))
            return;
        foreach (string path in Directory.GetFiles(additional, "*.jinja").Order(StringComparer.Ordinal))
            templates[Path.GetFileNameWithoutExtension(path)] = ReadTemplateFile(path);
    }

    private static ChatTemplate ReadTemplateFile(string path) =>
        Parse(InputFile.ReadText(path, TemplateLimits.Default.MaxSourceLength), TemplateKey, path);

    private static void ReadTemplateField(string path, Dictionary<string, ChatTemplate> templates)
    {
        if (!File.Exists(path))
            return;
        using JsonDocument document = InputFile.ReadJson(path);
        if (!JsonFields.Of(document, path).TryGet(TemplateKey, out JsonElement value))
            return;
        if (value.ValueKind == JsonValueKind.String)
        {
            templates[ChatFormat.DefaultName] = Parse(value.GetString()!, TemplateKey, path);
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
            throw new InvalidInputException(path, TemplateKey, "a text or a list of named templates", JsonFields.Describe(value));
        foreach (JsonElement item in value.EnumerateArray())
        {
            JsonFields fields = JsonFields.Of(item, path, TemplateKey);
            string name = fields.Text("name");
            templates[name] = Parse(fields.Text("template"), $"{TemplateKey} '{name}'", path);
        }
    }

    // A token is a text, or an object whose `content` is the text.
    private static void ReadTokens(string path, Dictionary<string, object?> tokens)
    {
        if (!File.Exists(path))
            return;
        using JsonDocument document = InputFile.ReadJson(path);
        JsonFields fields = JsonFields.Of(document, path);
        foreach (string name in TokenNames)
        {
            if (fields.TryGet(name, out JsonElement value))
                tokens[name] = TokenText(value, name, path);
        }

        if (fields.TryGet("additional_special_tokens", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
            tokens["additional_special_tokens"] = list.EnumerateArray().Select(t => (object?)TokenText(t, "additional_special_tokens", path)).ToList();
        if (fields.TryGet("extra_special_tokens", out JsonElement extra) && extra.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty token in extra.EnumerateObject())
                tokens[token.Name] = TokenText(token.Value, token.Name, path);
        }
    }

    private static string TokenText(JsonElement value, string name, string path)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
            value = content;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidInputException(path, name, "a text, or an object with a text 'content'", JsonFields.Describe(value));
    }
}
