using System.Text.Json;
using Tidar.Models.Chat.Jinja;

namespace Tidar.Models.Chat;

/// <summary>
/// A chat template: Jinja2 3.1 as Hugging Face's transformers sets it up (sandboxed, immutable, <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls,
/// <c>generation</c>, <c>raise_exception</c>, <c>strftime_now</c>, their <c>tojson</c>). Parsed once, rendered any number of times, on any thread.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Template _template;
    private readonly TemplateLimits _limits;

    private ChatTemplate(string source, Template template, TemplateLimits limits)
    {
        Source = source;
        _template = template;
        _limits = limits;
    }

    /// <summary>The name that errors give.</summary>
    public string Name => _template.Name;

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="name">A name for errors.</param>
    /// <param name="limits">What parsing and rendering may cost; <see cref="TemplateLimits.Default"/> where null.</param>
    /// <exception cref="TemplateException">The text is not a valid template.</exception>
    public static ChatTemplate Parse(string source, string name = "chat_template", TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        return Guarded(name, null, () => new ChatTemplate(source, Parser.Parse(source, name, limits), limits));
    }

    /// <summary>Renders with variables by name.</summary>
    /// <param name="variables">
    /// Null, booleans, integers of any size, floats, strings, <see cref="JsonElement"/>s and <see cref="System.Text.Json.Nodes.JsonNode"/>s,
    /// and lists and dictionaries of these. In JSON, <c>1</c> is an integer and <c>1.0</c> a float; keys keep their order.
    /// </param>
    /// <param name="now">Local time that <c>strftime_now</c> shows; the present where null.</param>
    /// <exception cref="TemplateException">The template failed, or cost more than the limits allow.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables, DateTime? now = null)
    {
        Budget budget = new(_limits);
        RenderContext? run = null;
        return Guarded(Name, () => run?.Line ?? 0, () =>
        {
            run = new RenderContext(_template, ValueReader.ReadVariables(budget, variables), _limits, budget, now);
            _template.Render(run);
            return run.Output.ToString();
        });
    }

    /// <summary>Renders with the members of a JSON object as variables.</summary>
    /// <param name="variables">The object.</param>
    /// <param name="now">Local time that <c>strftime_now</c> shows; the present where null.</param>
    /// <exception cref="TemplateException">The template failed, or cost more than the limits allow.</exception>
    public string Render(JsonElement variables, DateTime? now = null)
    {
        Dictionary<string, object?> members = [];
        foreach (JsonProperty member in variables.EnumerateObject())
            members[member.Name] = member.Value;
        return Render(members, now);
    }

    /// <summary>Renders a conversation, with the variables that transformers' <c>apply_chat_template</c> defines.</summary>
    /// <param name="messages">JSON array of messages (<c>role</c>, <c>content</c>, …).</param>
    /// <param name="tools">JSON array of tools the model may call; the variable is none where null.</param>
    /// <param name="addGenerationPrompt">End with the start of the assistant's answer.</param>
    /// <param name="extra">
    /// Further variables: special tokens such as <c>bos_token</c>, and switches such as <c>enable_thinking</c>. They win over the others.
    /// </param>
    /// <param name="now">Local time that <c>strftime_now</c> shows; the present where null.</param>
    /// <exception cref="TemplateException">The template failed (often on purpose, about the messages), or cost more than the limits allow.</exception>
    public string RenderChat(
        JsonElement messages,
        JsonElement? tools = null,
        bool addGenerationPrompt = true,
        IReadOnlyDictionary<string, object?>? extra = null,
        DateTime? now = null)
    {
        Dictionary<string, object?> variables = new()
        {
            ["messages"] = messages,
            ["tools"] = tools,
            ["documents"] = null,
            ["add_generation_prompt"] = addGenerationPrompt,
        };
        foreach ((string name, object? value) in extra ?? new Dictionary<string, object?>())
            variables[name] = value;
        return Render(variables, now);
    }

    // Adds name and line to what went wrong; a stack that ran out is an error of the template, not of the process.
    private static T Guarded<T>(string name, Func<int>? line, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (TemplateException e)
        {
            e.TemplateName = name;
            if (e.Line == 0 && line is not null)
                e.Line = line();
            throw;
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new TemplateException(TemplateErrorKind.Limit, "maximum recursion depth exceeded", line?.Invoke() ?? 0, e) { TemplateName = name };
        }
    }
}
