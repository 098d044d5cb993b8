namespace Tidar.Models.Chat.Jinja;

/// <summary><c>and</c> or <c>or</c>: the first operand that decides, or the last.</summary>
internal sealed class Logical(bool isOr, Expression left, Expression right, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [left, right];

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        object? value = left.Evaluate(scope);
        return Comparison.IsTrue(value) == isOr ? value : right.Evaluate(scope);
    }
}
