namespace Tidar.Models.Chat.Jinja;

/// <summary>What macros and <c>call</c> blocks have in common: parameters and a body that prints into a text.</summary>
internal sealed class MacroBody(MacroParameter[] parameters, Statement[] body, int line) : Node(line)
{
    private ScopeEntry _entry = null!;

    public IReadOnlyList<MacroParameter> Parameters => parameters;

    public FunctionLayout Layout { get; private set; } = null!;

    /// <summary>Where <c>caller</c>, <c>kwargs</c> and <c>varargs</c> go; null where the body does not use them.</summary>
    public VariableAccess? CallerSlot { get; private set; }

    public VariableAccess? KeywordSlot { get; private set; }

    public VariableAccess? RestSlot { get; private set; }

    public bool UsesCaller { get; private set; }

    public bool HasCallerParameter => parameters.Any(p => p.Name == "caller");

    public override IEnumerable<Node> Children =>
        [.. parameters.Select(p => p.Target), .. parameters.Select(p => p.Default).OfType<Node>(), .. body];

    /// <summary>Nothing in it belongs to the outer scope.</summary>
    public override void Track(SymbolTracker tracker)
    {
    }

    public override void Bind(BindFrame frame)
    {
        BindFrame inner = frame.InnerFunction();
        HashSet<string> special = FindUndeclared(body, "caller", "kwargs", "varargs");
        SymbolTracker tracker = new(inner.Symbols);
        tracker.Visit(Children);
        UsesCaller = special.Contains("caller");
        if (UsesCaller && !HasCallerParameter)
            inner.Symbols.DeclareParameter("caller");
        else if (UsesCaller && parameters.First(p => p.Name == "caller").Default is null)
            throw Fail.Syntax("When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.", Line);
        CallerSlot = UsesCaller && !HasCallerParameter ? inner.Access("caller") : null;
        KeywordSlot = DeclareSpecial(inner, special, "kwargs");
        RestSlot = DeclareSpecial(inner, special, "varargs");
        tracker.Visit(Children);
        inner.Bind(Children);
        foreach (MacroParameter parameter in parameters)
            parameter.Variable = inner.Access(parameter.Name);
        _entry = new ScopeEntry(inner.Symbols);
        Layout = inner.Function;
    }

    /// <summary>Runs the body in a scope that holds the arguments.</summary>
    public void Run(Scope scope)
    {
        _entry.Enter(scope);
        foreach (MacroParameter parameter in parameters)
        {
            if (parameter.Variable!.Load(scope) is Missing)
            {
                parameter.Variable.Store(scope, parameter.Default is null
                    ? Undefined.Because($"parameter {Display.QuoteText(parameter.Name)} was not provided")
                    : parameter.Default.Evaluate(scope));
            }
        }

        foreach (Statement statement in body)
        {
            scope.Run.Line = statement.Line;
            scope.Step();
            statement.Execute(scope);
        }
    }

    private VariableAccess? DeclareSpecial(BindFrame inner, HashSet<string> used, string name)
    {
        if (!used.Contains(name) || parameters.Any(p => p.Name == name))
            return null;
        inner.Symbols.DeclareParameter(name);
        return inner.Access(name);
    }
}
