namespace Tidar.Models.Chat;

/// <summary>A chat template that cannot be parsed or rendered. <see cref="Exception.Message"/> is the bare reason, as Jinja2 words it.</summary>
public sealed class TemplateException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="kind">Why it failed.</param>
    /// <param name="message">The reason in one line.</param>
    /// <param name="line">1-based line of the template; 0 when not known yet.</param>
    /// <param name="inner">The underlying error, if any.</param>
    public TemplateException(TemplateErrorKind kind, string message, int line = 0, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Line = line;
    }

    /// <summary>Why it failed.</summary>
    public TemplateErrorKind Kind { get; }

    /// <summary>1-based line of the template at fault; 0 where there is none.</summary>
    public int Line { get; internal set; }

    /// <summary>Name of the template at fault.</summary>
    public string TemplateName { get; internal set; } = "chat_template";

    /// <summary>The same error as a mistake in what the user gave: one line with file, template and line number.</summary>
    /// <param name="source">The file that the template came from.</param>
    public InvalidInputException ToInvalidInput(string source)
    {
        string field = Line > 0 ? $"{TemplateName}, line {Line}" : TemplateName;
        string expected = Kind switch
        {
            TemplateErrorKind.Syntax => "a valid chat template",
            TemplateErrorKind.Limit => "a chat template within its limits",
            _ => "messages that the chat template can render",
        };
        return new InvalidInputException(source, field, expected, Message, this);
    }
}
