using System.Text.Json;
using Tidar.Models.Tokenization;
using Tidar.Models.Weights;
using Tidar.Models.Weights.Gguf;

namespace Tidar.Models.Chat;

/// <summary>How a model wants a conversation written: its chat templates by name, and its special tokens as variables of theirs.</summary>
public sealed class ChatFormat
{
    /// <summary>The template that is used when there is no reason for another.</summary>
    public const string DefaultName = "default";

    /// <summary>The template that is used when there are tools, where a model has one of its own for that.</summary>
    public const string ToolUseName = "tool_use";

    /// <summary>Puts a format together.</summary>
    /// <param name="source">The folder or file it comes from, for messages.</param>
    /// <param name="templates">Templates by name; at least one.</param>
    /// <param name="specialTokens">Variables such as <c>bos_token</c>.</param>
    public ChatFormat(string source, IReadOnlyDictionary<string, ChatTemplate> templates, IReadOnlyDictionary<string, object?> specialTokens)
    {
        ArgumentOutOfRangeException.ThrowIfZero(templates.Count);
        Source = source;
        Templates = templates;
        SpecialTokens = specialTokens;
    }

    /// <summary>The folder or file it comes from.</summary>
    public string Source { get; }

    /// <summary>The templates by name.</summary>
    public IReadOnlyDictionary<string, ChatTemplate> Templates { get; }

    /// <summary>The special tokens: <c>bos_token</c>, <c>eos_token</c> and so on.</summary>
    public IReadOnlyDictionary<string, object?> SpecialTokens { get; }

    /// <summary>The format of a checkpoint; null where it has no chat template.</summary>
    /// <exception cref="InvalidInputException">A file of the folder is malformed, or a template is not valid.</exception>
    public static ChatFormat? Load(Checkpoint checkpoint) =>
        checkpoint.Gguf is { } file ? FromGguf(checkpoint, file) : ChatFormatReader.ReadFolder(checkpoint.Path);

    /// <summary>The format in a Hugging Face folder; null where it has no chat template.</summary>
    /// <exception cref="InvalidInputException">A file of the folder is malformed, or a template is not valid.</exception>
    public static ChatFormat? LoadFolder(string folder) => ChatFormatReader.ReadFolder(folder);

    /// <summary>The template for a conversation, as transformers chooses: the one for tools where there are tools and such a template, else the default.</summary>
    /// <exception cref="InvalidInputException">There is neither.</exception>
    public ChatTemplate Select(bool hasTools)
    {
        if (hasTools && Templates.TryGetValue(ToolUseName, out ChatTemplate? template))
            return template;
        if (Templates.TryGetValue(DefaultName, out template))
            return template;
        return Templates.Count == 1
            ? Templates.Values.First()
            : throw new InvalidInputException(Source, "chat_template", "a template named 'default'", string.Join(", ", Templates.Keys));
    }

    /// <summary>Writes a conversation as the model expects it; see <see cref="ChatTemplate.RenderChat"/>.</summary>
    /// <exception cref="TemplateException">The template failed, often on purpose, about the messages.</exception>
    public string Render(
        JsonElement messages,
        JsonElement? tools = null,
        bool addGenerationPrompt = true,
        IReadOnlyDictionary<string, object?>? extra = null,
        DateTime? now = null)
    {
        Dictionary<string, object?> variables = new(SpecialTokens);
        foreach ((string name, object? value) in extra ?? new Dictionary<string, object?>())
            variables[name] = value;
        return Select(tools is not null).RenderChat(messages, tools, addGenerationPrompt, variables, now);
    }

    private static ChatFormat? FromGguf(Checkpoint checkpoint, GgufFile file)
    {
        if (GgufTokenizerReader.ChatTemplate(file) is not string text)
            return null;
        Dictionary<string, object?> tokens = [];
        if (checkpoint.ReadGgufTokenizer() is GgufTokenizerData data)
        {
            (string Name, int? Id)[] ids =
                [("bos_token", data.BosId), ("eos_token", data.EosId), ("unk_token", data.UnknownId), ("pad_token", data.PaddingId)];
            foreach ((string name, int? id) in ids)
            {
                if (id is >= 0 && id < data.Tokens.Length)
                    tokens[name] = data.Tokens[id.Value];
            }
        }

        ChatTemplate template = ChatFormatReader.Parse(text, "chat_template", checkpoint.Path);
        return new ChatFormat(checkpoint.Path, new Dictionary<string, ChatTemplate> { [DefaultName] = template }, tokens);
    }
}
