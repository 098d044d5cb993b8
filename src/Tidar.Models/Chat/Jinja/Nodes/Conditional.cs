namespace Tidar.Models.Chat.Jinja;

/// <summary><c>a if test else b</c>.</summary>
internal sealed class Conditional(Expression test, Expression whenTrue, Expression? whenFalse, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => whenFalse is null ? [test, whenTrue] : [test, whenTrue, whenFalse];

    public override void Bind(BindFrame frame) => base.Bind(frame.Conditional());

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        if (Comparison.IsTrue(test.Evaluate(scope)))
            return whenTrue.Evaluate(scope);
        return whenFalse is not null
            ? whenFalse.Evaluate(scope)
            : Undefined.Because($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}
