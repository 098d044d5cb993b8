namespace Tidar.Models.Chat.Jinja;

/// <summary><c>value[key]</c>.</summary>
internal sealed class ItemAccess(Expression target, Expression key, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [target, key];

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        object? value = target.Evaluate(scope);
        return Attributes.GetItem(scope.Run, value, key.Evaluate(scope));
    }
}
