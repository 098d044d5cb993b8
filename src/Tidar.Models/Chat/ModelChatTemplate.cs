using System.Text.Json;
using Tidar.Models.Files;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;

namespace Tidar.Models.Chat;

/// <summary>
/// The chat template that comes with a model, together with the special tokens that its text refers to (<c>bos_token</c>, <c>eos_token</c>, …).
/// Its errors are mistakes of the model's publisher or of the messages: one line that names the file.
/// </summary>
public sealed class ModelChatTemplate
{
    private const string TemplateFile = "chat_template.jinja";
    private const string ConfigurationFile = "tokenizer_config.json";
    private const string TemplateField = "chat_template";
    private const string GgufField = "tokenizer.chat_template";
    private const int LongestTemplate = 4 << 20;

    private static readonly string[] SpecialTokens = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly ChatTemplate _template;
    private readonly string _source;
    private readonly Dictionary<string, object?> _variables;

    private ModelChatTemplate(string text, string source, Dictionary<string, object?> variables)
    {
        (_source, _variables) = (source, variables);
        try
        {
            _template = ChatTemplate.Parse(text);
        }
        catch (TemplateException error)
        {
            throw error.ToInvalidInput(source);
        }
    }

    /// <summary>
    /// The template of a Hugging Face folder: <c>chat_template.jinja</c>, else <c>chat_template</c> of <c>tokenizer_config.json</c> (of several the one
    /// named <c>default</c>). Null where there is none.
    /// </summary>
    /// <exception cref="InvalidInputException">A file is malformed, or the template is none.</exception>
    public static ModelChatTemplate? FromFolder(string folder)
    {
        string alone = Path.Combine(folder, TemplateFile), configuration = Path.Combine(folder, ConfigurationFile);
        string? text = File.Exists(alone) ? InputFile.ReadText(alone, LongestTemplate) : null;
        if (!File.Exists(configuration))
            return text is null ? null : new ModelChatTemplate(text, alone, []);
        using JsonDocument document = InputFile.ReadJson(configuration);
        JsonFields fields = JsonFields.Of(document, configuration);
        string? source = text is null ? configuration : alone;
        text ??= ReadTemplate(fields);
        return text is null ? null : new ModelChatTemplate(text, source, ReadSpecialTokens(fields));
    }

    /// <summary>The template of an opened model: of its folder, or in its GGUF file's metadata. Null where there is none.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="tokenizer">Its tokenizer, for the text of special tokens that a GGUF file names by id.</param>
    /// <exception cref="InvalidInputException">As for <see cref="FromFolder"/>.</exception>
    public static ModelChatTemplate? Of(Checkpoint checkpoint, Tokenizer tokenizer)
    {
        if (checkpoint.Gguf is null)
            return FromFolder(checkpoint.Path);
        if (checkpoint.ChatTemplate is not string text)
            return null;
        GgufTokenizerData? data = checkpoint.ReadGgufTokenizer();
        (string Name, int? Id)[] named =
            [("bos_token", data?.BosId), ("eos_token", data?.EosId), ("unk_token", data?.UnknownId), ("pad_token", data?.PaddingId)];
        Dictionary<string, object?> variables = new(StringComparer.Ordinal);
        foreach ((string name, int? id) in named)
        {
            if (id is int known && tokenizer.GetToken(known) is string token)
                variables[name] = token;
        }

        return new ModelChatTemplate(text, $"{checkpoint.Path} {GgufField}", variables);
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">JSON array of messages.</param>
    /// <param name="tools">JSON array of tools; null for none.</param>
    /// <param name="addGenerationPrompt">End with the start of the assistant's answer.</param>
    /// <exception cref="InvalidInputException">The template refuses the messages, or fails on them.</exception>
    public string Render(JsonElement messages, JsonElement? tools = null, bool addGenerationPrompt = true)
    {
        try
        {
            return _template.RenderChat(messages, tools, addGenerationPrompt, _variables);
        }
        catch (TemplateException error)
        {
            throw error.ToInvalidInput(_source);
        }
    }

    private static string? ReadTemplate(JsonFields fields)
    {
        if (!fields.TryGet(TemplateField, out JsonElement value) || value.ValueKind != JsonValueKind.Array)
            return fields.OptionalText(TemplateField);
        foreach (JsonElement entry in value.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.Object && Text(entry, "name") == "default" && Text(entry, "template") is string template)
                return template;
        }

        throw fields.Error(TemplateField, "a template, or a list of templates with one named default", "a list without it");
    }

    // A special token is a string, or an object whose content is the string.
    private static Dictionary<string, object?> ReadSpecialTokens(JsonFields fields)
    {
        Dictionary<string, object?> variables = new(StringComparer.Ordinal);
        foreach (string name in SpecialTokens)
        {
            if (!fields.TryGet(name, out JsonElement value))
                continue;
            variables[name] = value.ValueKind == JsonValueKind.Object
                ? Text(value, "content") ?? throw fields.Error(name, "an object with content", value)
                : fields.OptionalText(name);
        }

        return variables;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
