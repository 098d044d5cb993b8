namespace Tidar.Models.Chat.Jinja;

/// <summary>A macro's definition.</summary>
internal sealed class MacroDefinition(string name, MacroBody body, int line) : Statement(line)
{
    private VariableAccess _access = null!;
    private bool _exported;

    public override IEnumerable<Node> Children => [body];

    public override void Track(SymbolTracker tracker) => tracker.Symbols.Store(name);

    public override void Bind(BindFrame frame)
    {
        body.Bind(frame);
        _access = frame.Access(name);
        _exported = frame.IsTopLevel;
    }

    public override Flow Execute(Scope scope)
    {
        Macro macro = new(body, name, scope);
        _access.Store(scope, macro);
        if (_exported)
            scope.Variables.Set(name, macro);
        return Flow.Next;
    }
}
