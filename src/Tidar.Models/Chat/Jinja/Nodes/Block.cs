namespace Tidar.Models.Chat.Jinja;

/// <summary>A named block. Chat templates have nothing to inherit from, so it renders in place; it sees the template's top-level variables only.</summary>
internal sealed class Block(string name, bool scoped, bool required, Statement[] body, int line) : Statement(line)
{
    private ScopeEntry _entry = null!;
    private FunctionLayout _layout = null!;
    private (string Name, VariableAccess Access)[] _visible = [];
    private VariableAccess? _self;
    private VariableAccess? _super;

    public string Name { get; } = name;

    public bool IsScoped { get; } = scoped;

    public override IEnumerable<Node> Children => body;

    public override void Track(SymbolTracker tracker)
    {
    }

    public override void Bind(BindFrame frame)
    {
        if (IsScoped)
            _visible = [.. frame.Symbols.VisibleStores().Select(s => (s.Key, new VariableAccess(frame.Function, s.Value)))];
        BindFrame root = BindFrame.Root(frame.Template, isBlock: true);
        HashSet<string> special = FindUndeclared(body, "self", "super");
        _self = special.Contains("self") ? Declare(root, "self") : null;
        _super = special.Contains("super") ? Declare(root, "super") : null;
        new SymbolTracker(root.Symbols).Visit(body);
        root.Bind(body);
        _entry = new ScopeEntry(root.Symbols);
        _layout = root.Function;
    }

    public override Flow Execute(Scope scope)
    {
        if (required)
            throw Fail.Runtime($"Required block {Display.QuoteText(Name)} not found");
        Variables variables = scope.Variables;
        if (IsScoped)
        {
            variables = new Variables(scope.Run, variables);
            foreach ((string name, VariableAccess access) in _visible)
            {
                if (access.Load(scope) is not Missing and var value)
                    variables.Set(name, value);
            }
        }

        Render(scope.Run, variables);
        return Flow.Next;
    }

    /// <summary>Prints the block.</summary>
    public void Render(RenderContext run, Variables variables)
    {
        run.EnterCall();
        Scope scope = new(_layout, null, run, variables);
        _self?.Store(scope, new TemplateReference(run.Template, variables));
        _super?.Store(scope, BlockReference.NoParent(Name));
        _entry.Enter(scope);
        ExecuteAll(body, scope);
        run.LeaveCall();
    }

    private static VariableAccess Declare(BindFrame root, string name)
    {
        root.Symbols.DeclareParameter(name);
        return root.Access(name);
    }
}
