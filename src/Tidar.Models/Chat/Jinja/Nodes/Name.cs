namespace Tidar.Models.Chat.Jinja;

/// <summary>A variable.</summary>
internal sealed class Name(string identifier, NameUse use, int line) : Expression(line), ITarget
{
    private VariableAccess _access = null!;
    private bool _exported;

    public string Identifier { get; } = identifier;

    public NameUse Use { get; set; } = use;

    public override void Track(SymbolTracker tracker)
    {
        if (Use == NameUse.Load)
            tracker.Symbols.Load(Identifier);
        else if (Use == NameUse.Store)
            tracker.Symbols.Store(Identifier);
        else
            tracker.Symbols.DeclareParameter(Identifier);
    }

    public void TrackAsParameter(SymbolTracker tracker) => tracker.Symbols.DeclareParameter(Identifier);

    public override void Bind(BindFrame frame)
    {
        _access = frame.Access(Identifier);
        _exported = Use == NameUse.Store && frame.IsTopLevel;
    }

    public override object? Evaluate(Scope scope)
    {
        object? value = _access.Load(scope);
        return value is Missing ? Undefined.Variable(Identifier) : value;
    }

    public void Assign(Scope scope, object? value)
    {
        _access.Store(scope, value);
        if (_exported)
            scope.Variables.Set(Identifier, value);
    }

    public Expression CopyTarget() => new Name(Identifier, Use, Line);
}
