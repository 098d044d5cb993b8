namespace Tidar.Models.Chat.Jinja;

/// <summary>A <c>filter</c> block: what the body prints, through filters.</summary>
internal sealed class FilterBlock(FilterCall filter, Statement[] body, int line) : Statement(line)
{
    private ScopeEntry _entry = null!;
    private EscapeMode _escape;

    public override IEnumerable<Node> Children => [filter, .. body];

    public override void Track(SymbolTracker tracker) => filter.Track(tracker);

    public override void Bind(BindFrame frame)
    {
        BindFrame inner = frame.Inner();
        new SymbolTracker(inner.Symbols).Visit(Children);
        inner.Bind(Children);
        _escape = frame.Escape;
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
        bool markup = _escape == EscapeMode.Always || (_escape == EscapeMode.Runtime && run.Autoescape);
        object? result = filter.EvaluateOn(scope, markup ? new Markup(text) : text);
        run.Output.Append(PythonText.AsText(result)
            ?? throw Fail.Type($"sequence item 0: expected str instance, {Display.TypeName(result)} found"));
        _entry.Leave(scope);
        return Flow.Next;
    }
}
