namespace Tidar.Models.Chat.Jinja;

/// <summary>A variable as seen from some function: how many functions out, and which slot.</summary>
internal sealed class VariableAccess
{
    private readonly int _hops;
    private readonly int _slot;

    public VariableAccess(FunctionLayout from, Variable variable)
    {
        for (FunctionLayout at = from; at != variable.Function; at = at.Parent!)
            _hops++;
        _slot = variable.Slot;
    }

    public object? Load(Scope scope)
    {
        for (int i = _hops; i > 0; i--)
            scope = scope.Parent!;
        return scope.Slots[_slot];
    }

    public void Store(Scope scope, object? value)
    {
        for (int i = _hops; i > 0; i--)
            scope = scope.Parent!;
        scope.Slots[_slot] = value;
    }
}
