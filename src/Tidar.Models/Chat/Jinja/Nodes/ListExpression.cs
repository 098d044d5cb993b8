namespace Tidar.Models.Chat.Jinja;

/// <summary>A list.</summary>
internal sealed class ListExpression(Expression[] items, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => items;

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        scope.Budget.Items(items.Length);
        return new PyList(Array.ConvertAll(items, item => item.Evaluate(scope)));
    }
}
