namespace Tidar.Models.Chat.Jinja;

/// <summary><c>with</c>: variables for a stretch of the template. All values are those of the outer scope.</summary>
internal sealed class With((Expression Target, Expression Value)[] assignments, Statement[] body, int line) : Statement(line)
{
    private ScopeEntry _entry = null!;

    public override IEnumerable<Node> Children => [.. assignments.Select(a => a.Target), .. assignments.Select(a => a.Value), .. body];

    public override void Track(SymbolTracker tracker) => tracker.Visit(assignments.Select(a => a.Value));

    public override void Bind(BindFrame frame)
    {
        BindFrame inner = frame.Inner();
        SymbolTracker tracker = new(inner.Symbols);
        foreach ((Expression target, Expression value) in assignments)
        {
            ((ITarget)target).TrackAsParameter(tracker);
            value.Bind(frame);
        }

        tracker.Visit(body);
        inner.Bind(assignments.Select(a => a.Target));
        inner.Bind(body);
        _entry = new ScopeEntry(inner.Symbols);
    }

    public override Flow Execute(Scope scope)
    {
        _entry.Enter(scope);
        foreach ((Expression target, Expression value) in assignments)
            ((ITarget)target).Assign(scope, value.Evaluate(scope));
        Flow flow = ExecuteAll(body, scope);
        _entry.Leave(scope);
        return flow;
    }
}
