namespace Tidar.Models.Chat;

/// <summary>Why a template failed; named for the Python exceptions that Jinja2 raises.</summary>
public enum TemplateErrorKind
{
    /// <summary>The source is not a valid template.</summary>
    Syntax,

    /// <summary>The template itself called <c>raise_exception</c>: the message is meant for the user, such as "roles must alternate".</summary>
    Raised,

    /// <summary>An undefined value was used.</summary>
    Undefined,

    /// <summary>The sandbox forbids it.</summary>
    Security,

    /// <summary>An operation does not apply to the types given.</summary>
    Type,

    /// <summary>An operation does not apply to the values given.</summary>
    Value,

    /// <summary>Division by zero, or a number out of range.</summary>
    Arithmetic,

    /// <summary>A key, index or attribute is missing where one is required.</summary>
    Lookup,

    /// <summary>Any other misuse at rendering time.</summary>
    Runtime,

    /// <summary>A bound of <see cref="TemplateLimits"/> was reached.</summary>
    Limit,
}
