namespace Tidar.Models.Chat.Jinja;

/// <summary>A test: <c>value is name(arguments)</c>.</summary>
internal sealed class TestCall(Expression input, string name, ArgumentList arguments, int line) : Expression(line)
{
    private Test? _test;

    public override IEnumerable<Node> Children => arguments.Children.Prepend(input);

    public override void Bind(BindFrame frame)
    {
        base.Bind(frame);
        _test = Tests.Find(name);
        if (_test is null && !frame.IsConditional)
            throw Fail.Syntax($"No test named {Display.QuoteText(name)}.", Line);
    }

    public override object? Evaluate(Scope scope)
    {
        scope.Step(2);
        object? value = input.Evaluate(scope);
        Arguments given = arguments.Evaluate(scope);
        return (_test ?? throw Fail.Runtime($"No test named {Display.QuoteText(name)} found.")).Apply(scope.Run, value, given);
    }
}
