namespace Tidar.Models.Chat.Jinja;

/// <summary>A chain of comparisons: <c>a &lt; b &lt; c</c> holds when each pair does.</summary>
internal sealed class ComparisonChain(Expression first, (string Operator, Expression Operand)[] rest, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => rest.Select(r => (Node)r.Operand).Prepend(first);

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        object? left = first.Evaluate(scope);
        foreach ((string op, Expression operand) in rest)
        {
            scope.Step();
            object? right = operand.Evaluate(scope);
            if (!Holds(scope.Budget, op, left, right))
                return Numbers.False;
            left = right;
        }

        return Numbers.True;
    }

    private static bool Holds(Budget budget, string op, object? left, object? right) => op switch
    {
        "==" => Comparison.Equals(budget, left, right),
        "!=" => !Comparison.Equals(budget, left, right),
        "in" => Comparison.Contains(budget, right, left),
        "not in" => !Comparison.Contains(budget, right, left),
        _ => Comparison.Order(budget, op, left, right),
    };
}
