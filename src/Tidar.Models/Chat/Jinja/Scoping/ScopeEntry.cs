namespace Tidar.Models.Chat.Jinja;

/// <summary>What entering and leaving a scope does to the slots.</summary>
internal sealed class ScopeEntry
{
    private readonly (LoadKind Kind, int Slot, VariableAccess? Source, string Name)[] _loads;

    public ScopeEntry(Symbols symbols) =>
        _loads = [.. symbols.Loads.Select(l => (l.Value.Kind, l.Key.Slot,
            l.Value.Source is null ? null : new VariableAccess(symbols.Function, l.Value.Source), l.Value.Name))];

    public void Enter(Scope scope)
    {
        foreach ((LoadKind kind, int slot, VariableAccess? source, string name) in _loads)
        {
            if (kind != LoadKind.Parameter)
            {
                scope.Slots[slot] = kind switch
                {
                    LoadKind.Resolve => scope.Variables.Resolve(name),
                    LoadKind.Alias => source!.Load(scope),
                    _ => Missing.Value,
                };
            }
        }
    }

    public void Leave(Scope scope)
    {
        foreach (var load in _loads)
            scope.Slots[load.Slot] = Missing.Value;
    }
}
