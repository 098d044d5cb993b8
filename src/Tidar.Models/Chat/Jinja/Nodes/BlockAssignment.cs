namespace Tidar.Models.Chat.Jinja;

/// <summary><c>set target</c> … <c>endset</c>: what the body prints, through filters if any.</summary>
internal sealed class BlockAssignment(Expression target, FilterCall? filter, Statement[] body, int line) : Statement(line)
{
    private ScopeEntry _entry = null!;

    public override IEnumerable<Node> Children => filter is null ? [target, .. body] : [target, filter, .. body];

    public override void Track(SymbolTracker tracker) => target.Track(tracker);

    public override void Bind(BindFrame frame)
    {
        BindFrame inner = frame.Inner();
        new SymbolTracker(inner.Symbols).Visit(body);
        inner.Bind(body);
        filter?.Bind(inner);
        target.Bind(frame);
        _entry = new ScopeEntry(inner.Symbols);
    }

    public override Flow Execute(Scope scope)
    {
        RenderContext run = scope.Run;
        _entry.Enter(scope);
        TextBuilder outer = run.BeginCapture();
        Flow flow = ExecuteAll(body, scope);
        string text = run.EndCapture(outer);
        if (flow != Flow.Next)
            return flow;
        object? value = filter is null ? text : filter.EvaluateOn(scope, text);
        if (run.Autoescape)
            value = value as Markup ?? new Markup(Display.Str(run.Budget, value));
        ((ITarget)target).Assign(scope, value);
        _entry.Leave(scope);
        return Flow.Next;
    }
}
