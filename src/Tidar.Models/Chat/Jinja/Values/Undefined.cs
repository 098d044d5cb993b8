namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// A name or attribute that does not exist. It prints as nothing, is false and empty; any other use fails with the message it carries.
/// An attribute that the sandbox hides is undefined too, and fails as a security error.
/// </summary>
internal sealed class Undefined
{
    private readonly string? _hint;
    private readonly object? _owner;
    private readonly object? _name;

    private Undefined(string? hint, object? owner, object? name, bool hidden)
    {
        _hint = hint;
        _owner = owner;
        _name = name;
        IsHidden = hidden;
    }

    /// <summary>The value exists but the sandbox does not show it.</summary>
    public bool IsHidden { get; }

    /// <summary>A variable that does not exist.</summary>
    public static Undefined Variable(string name) => new(null, Missing.Value, name, hidden: false);

    /// <summary>An attribute or item that does not exist.</summary>
    public static Undefined Member(object? owner, object? name) => new(null, owner, name, hidden: false);

    /// <summary>A value that is absent for a reason of its own.</summary>
    public static Undefined Because(string hint) => new(hint, null, null, hidden: false);

    /// <summary>An attribute that the sandbox hides.</summary>
    public static Undefined Hidden(object? owner, string name) =>
        new($"access to attribute {Display.QuoteText(name)} of '{Display.TypeName(owner)}' object is unsafe.", owner, name, hidden: true);

    /// <summary>The error of using this value.</summary>
    public TemplateException Error() => IsHidden ? Fail.Security(_hint!) : Fail.Undefined(Message());

    private string Message()
    {
        if (_hint is not null)
            return _hint;
        if (_owner is Missing)
            return $"{Display.QuoteText((string)_name!)} is undefined";
        string owner = _owner is null ? "None" : $"{Display.TypeName(_owner)} object";
        return _name is string name
            ? $"'{owner}' has no attribute {Display.QuoteText(name)}"
            : $"{owner} has no element {Display.Short(_name)}";
    }
}
