namespace Tidar.Models.Chat.Jinja;

/// <summary>A node with a value.</summary>
internal abstract class Expression(int line) : Node(line)
{
    public abstract object? Evaluate(Scope scope);
}
