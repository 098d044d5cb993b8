namespace Tidar.Models.Chat.Jinja;

/// <summary><c>set target = value</c>.</summary>
internal sealed class Assignment(Expression target, Expression value, int line) : Statement(line)
{
    private readonly NamespaceTarget[] _namespaces = [.. FindAll<NamespaceTarget>([target])];

    public override IEnumerable<Node> Children => [value, target];

    public override Flow Execute(Scope scope)
    {
        foreach (NamespaceTarget space in _namespaces)
            space.Require(scope);
        ((ITarget)target).Assign(scope, value.Evaluate(scope));
        return Flow.Next;
    }
}
