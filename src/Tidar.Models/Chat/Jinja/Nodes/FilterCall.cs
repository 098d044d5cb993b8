namespace Tidar.Models.Chat.Jinja;

/// <summary>A filter: <c>value | name(arguments)</c>. Without a value it stands in a filter or set block and takes the captured text.</summary>
internal sealed class FilterCall(Expression? input, string name, ArgumentList arguments, int line) : Expression(line)
{
    private Filter? _filter;

    public override IEnumerable<Node> Children => input is null ? arguments.Children : arguments.Children.Prepend(input);

    public override void Bind(BindFrame frame)
    {
        base.Bind(frame);
        _filter = Filters.Find(name);
        if (_filter is null && !frame.IsConditional)
            throw Fail.Syntax($"No filter named {Display.QuoteText(name)}.", Line);
    }

    public override object? Evaluate(Scope scope)
    {
        scope.Step(2);
        return Apply(scope, input?.Evaluate(scope));
    }

    /// <summary>Applies the chain of filters to captured text.</summary>
    public object? EvaluateOn(Scope scope, object text)
    {
        scope.Step(2);
        return Apply(scope, input is FilterCall inner ? inner.EvaluateOn(scope, text) : text);
    }

    private object? Apply(Scope scope, object? value)
    {
        Arguments given = arguments.Evaluate(scope);
        return (_filter ?? throw Fail.Runtime($"No filter named {Display.QuoteText(name)} found.")).Apply(scope.Run, value, given);
    }
}
