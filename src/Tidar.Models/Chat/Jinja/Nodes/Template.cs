namespace Tidar.Models.Chat.Jinja;

/// <summary>A parsed and bound template.</summary>
internal sealed class Template
{
    private readonly Statement[] _body;
    private readonly FunctionLayout _layout;
    private readonly ScopeEntry _entry;
    private readonly VariableAccess? _self;

    public Template(string name, Statement[] body)
    {
        Name = name;
        _body = body;
        foreach (Block block in Node.FindAll<Block>(body))
        {
            if (!Blocks.TryAdd(block.Name, block))
                throw Fail.Syntax($"block {Display.QuoteText(block.Name)} defined twice", block.Line);
        }

        BindFrame root = BindFrame.Root(this, isBlock: false);
        if (Node.FindUndeclared(body, "self").Count > 0)
        {
            root.Symbols.DeclareParameter("self");
            _self = root.Access("self");
        }

        new SymbolTracker(root.Symbols).Visit(body);
        root.Bind(body);
        _entry = new ScopeEntry(root.Symbols);
        _layout = root.Function;
    }

    public string Name { get; }

    public Dictionary<string, Block> Blocks { get; } = [];

    /// <summary>Prints the template.</summary>
    public void Render(RenderContext run)
    {
        Variables variables = new(run);
        Scope scope = new(_layout, null, run, variables);
        _self?.Store(scope, new TemplateReference(this, variables));
        _entry.Enter(scope);
        foreach (Statement statement in _body)
        {
            run.Line = statement.Line;
            scope.Step();
            statement.Execute(scope);
        }
    }
}
