namespace Tidar.Models.Chat.Jinja;

/// <summary><c>value[start:stop:step]</c>.</summary>
internal sealed class SliceAccess(Expression target, Expression? start, Expression? stop, Expression? step, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => new Node?[] { target, start, stop, step }.OfType<Node>();

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        object? value = target.Evaluate(scope);
        return Indexing.Slice(scope.Budget, value, start?.Evaluate(scope), stop?.Evaluate(scope), step?.Evaluate(scope));
    }
}
