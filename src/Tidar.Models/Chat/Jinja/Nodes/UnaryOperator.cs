namespace Tidar.Models.Chat.Jinja;

/// <summary>An arithmetic operator with one operand.</summary>
internal sealed class UnaryOperator(Func<Budget, object?, object?> apply, Expression operand, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [operand];

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        return apply(scope.Budget, operand.Evaluate(scope));
    }
}
