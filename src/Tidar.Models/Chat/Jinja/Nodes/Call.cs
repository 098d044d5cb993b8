namespace Tidar.Models.Chat.Jinja;

/// <summary>A call.</summary>
internal sealed class Call(Expression function, ArgumentList arguments, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => arguments.Children.Prepend(function);

    public override object? Evaluate(Scope scope) => Evaluate(scope, null);

    /// <summary>Calls, handing over the body of a <c>call</c> block.</summary>
    public object? Evaluate(Scope scope, object? caller)
    {
        scope.Step(2);
        object? target = function.Evaluate(scope);
        Arguments given = arguments.Evaluate(scope, caller);
        return target switch
        {
            ICallable callable => callable.Call(scope.Run, given),
            Undefined undefined => throw undefined.Error(),
            _ => throw Fail.Type($"'{Display.TypeName(target)}' object is not callable"),
        };
    }
}
