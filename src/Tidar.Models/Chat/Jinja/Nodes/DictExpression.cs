namespace Tidar.Models.Chat.Jinja;

/// <summary>A dict.</summary>
internal sealed class DictExpression((Expression Key, Expression Value)[] items, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => items.SelectMany(i => new Node[] { i.Key, i.Value });

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        scope.Budget.Entries(items.Length, items.Length);
        PyDict dict = new(items.Length);
        foreach ((Expression key, Expression value) in items)
            dict.Set(scope.Budget, key.Evaluate(scope), value.Evaluate(scope));
        return dict;
    }
}
