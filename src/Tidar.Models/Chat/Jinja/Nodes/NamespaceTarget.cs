namespace Tidar.Models.Chat.Jinja;

/// <summary>An attribute of a namespace, on the left of an assignment.</summary>
internal sealed class NamespaceTarget(string identifier, string attribute, int line) : Expression(line), ITarget
{
    private VariableAccess _access = null!;

    public override void Track(SymbolTracker tracker) => tracker.Symbols.Load(identifier);

    public void TrackAsParameter(SymbolTracker tracker) => Track(tracker);

    public override void Bind(BindFrame frame) => _access = frame.Access(identifier);

    /// <summary>Fails unless the variable is a namespace; checked before the right-hand side is evaluated.</summary>
    public Namespace Require(Scope scope) =>
        _access.Load(scope) as Namespace ?? throw Fail.Runtime("cannot assign attribute on non-namespace object");

    public override object? Evaluate(Scope scope) => Attributes.Get(scope.Run, Require(scope), attribute);

    public void Assign(Scope scope, object? value)
    {
        PyDict attributes = Require(scope).Attributes;
        scope.Budget.Items(attributes.Count, 1);
        attributes.Set(attribute, value);
    }

    public Expression CopyTarget() => new NamespaceTarget(identifier, attribute, Line);
}
