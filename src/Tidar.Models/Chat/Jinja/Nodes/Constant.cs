namespace Tidar.Models.Chat.Jinja;

/// <summary>A literal.</summary>
internal sealed class Constant(object? value, int line) : Expression(line)
{
    public object? Value { get; } = value;

    public override object? Evaluate(Scope scope) => Value;
}
