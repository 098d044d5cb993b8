namespace Tidar.Models.Chat.Jinja;

/// <summary>Shorthand for the errors of evaluation. Messages follow CPython's and Jinja2's, which template authors know.</summary>
internal static class Fail
{
    public static TemplateException Syntax(string message, int line) => new(TemplateErrorKind.Syntax, message, line);

    public static TemplateException Undefined(string message) => new(TemplateErrorKind.Undefined, message);

    public static TemplateException Security(string message) => new(TemplateErrorKind.Security, message);

    public static TemplateException Type(string message) => new(TemplateErrorKind.Type, message);

    public static TemplateException Value(string message) => new(TemplateErrorKind.Value, message);

    public static TemplateException Arithmetic(string message) => new(TemplateErrorKind.Arithmetic, message);

    public static TemplateException Lookup(string message) => new(TemplateErrorKind.Lookup, message);

    public static TemplateException Runtime(string message) => new(TemplateErrorKind.Runtime, message);

    public static TemplateException Limit(string message) => new(TemplateErrorKind.Limit, message);
}
