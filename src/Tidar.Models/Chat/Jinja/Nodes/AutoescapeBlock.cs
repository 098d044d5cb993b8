namespace Tidar.Models.Chat.Jinja;

/// <summary><c>autoescape</c>: switches the escaping of printed values on or off.</summary>
internal sealed class AutoescapeBlock(Expression enabled, Statement[] body, int line) : Statement(line)
{
    private ScopeEntry _entry = null!;

    public override IEnumerable<Node> Children => [enabled, .. body];

    /// <summary>It is a scope of its own.</summary>
    public override void Track(SymbolTracker tracker)
    {
    }

    public override void Bind(BindFrame frame)
    {
        BindFrame inner = frame.Inner();
        new SymbolTracker(inner.Symbols).Visit(Children);
        enabled.Bind(inner);
        EscapeMode mode = enabled is Constant constant
            ? (Comparison.IsTrue(constant.Value) ? EscapeMode.Always : EscapeMode.Never)
            : EscapeMode.Runtime;
        inner.WithEscape(mode).Bind(body);
        _entry = new ScopeEntry(inner.Symbols);
    }

    public override Flow Execute(Scope scope)
    {
        RenderContext run = scope.Run;
        _entry.Enter(scope);
        bool before = run.Autoescape;
        run.Autoescape = Comparison.IsTrue(enabled.Evaluate(scope));
        Flow flow = ExecuteAll(body, scope);
        run.Autoescape = before;
        _entry.Leave(scope);
        return flow;
    }
}
