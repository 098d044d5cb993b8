namespace Tidar.Models.Chat.Jinja;

/// <summary><c>not</c>.</summary>
internal sealed class Not(Expression operand, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [operand];

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        return Numbers.Box(!Comparison.IsTrue(operand.Evaluate(scope)));
    }
}
