namespace Tidar.Models.Chat.Jinja;

/// <summary>A tuple, or several targets of an assignment.</summary>
internal sealed class TupleExpression(Expression[] items, int line) : Expression(line), ITarget
{
    public Expression[] Items { get; } = items;

    public override IEnumerable<Node> Children => Items;

    public void TrackAsParameter(SymbolTracker tracker)
    {
        foreach (Expression item in Items)
            ((ITarget)item).TrackAsParameter(tracker);
    }

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        scope.Budget.Items(Items.Length);
        return new PyTuple(Array.ConvertAll(Items, item => item.Evaluate(scope)));
    }

    public void Assign(Scope scope, object? value)
    {
        if (!Iteration.IsIterable(value))
            throw Fail.Type($"cannot unpack non-iterable {Display.TypeName(value)} object");
        object?[] values = Iteration.ToArray(scope.Budget, value);
        if (values.Length < Items.Length)
            throw Fail.Value($"not enough values to unpack (expected {Items.Length}, got {values.Length})");
        if (values.Length > Items.Length)
            throw Fail.Value($"too many values to unpack (expected {Items.Length})");
        for (int i = 0; i < Items.Length; i++)
            ((ITarget)Items[i]).Assign(scope, values[i]);
    }

    public Expression CopyTarget() => new TupleExpression(Array.ConvertAll(Items, item => ((ITarget)item).CopyTarget()), Line);
}
