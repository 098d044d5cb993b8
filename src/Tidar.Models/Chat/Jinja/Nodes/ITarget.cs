namespace Tidar.Models.Chat.Jinja;

/// <summary>An expression that can stand on the left of an assignment.</summary>
internal interface ITarget
{
    /// <summary>Records the names it assigns as parameters of a scope, as a loop does.</summary>
    void TrackAsParameter(SymbolTracker tracker);

    void Assign(Scope scope, object? value);

    /// <summary>A copy that can be bound in another scope.</summary>
    Expression CopyTarget();
}
