namespace Tidar.Models.Chat.Jinja;

/// <summary>An arithmetic operator with two operands.</summary>
internal sealed class BinaryOperator(Func<Budget, object?, object?, object?> apply, Expression left, Expression right, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [left, right];

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        return apply(scope.Budget, left.Evaluate(scope), right.Evaluate(scope));
    }
}
