namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// The names of one scope, found before rendering as Jinja2's compiler finds them: a name that is read before it is assigned in its scope means the outer
/// one; one assigned in only some branches of an <c>if</c> starts with the outer value; assignments never leave a loop's, macro's or block's scope.
/// </summary>
internal sealed class Symbols(FunctionLayout function, Symbols? parent)
{
    private Dictionary<string, Variable> _variables = [];
    private OrderedDictionary<Variable, Load> _loads = [];
    private HashSet<string> _stores = [];

    public FunctionLayout Function { get; } = function;

    private int Level { get; } = parent is null ? 0 : parent.Level + 1;

    /// <summary>What entering the scope does, in order.</summary>
    public IReadOnlyDictionary<Variable, Load> Loads => _loads;

    public Variable? Find(string name) =>
        _variables.TryGetValue(name, out Variable? variable) ? variable : parent?.Find(name);

    public void Load(string name)
    {
        if (Find(name) is null)
            Define(name, new Load(LoadKind.Resolve, null, name));
    }

    public void Store(string name)
    {
        _stores.Add(name);
        if (_variables.ContainsKey(name))
            return;
        Variable? outer = parent?.Find(name);
        Define(name, outer is null ? new Load(LoadKind.Undefined, null, name) : new Load(LoadKind.Alias, outer, name));
    }

    public Variable DeclareParameter(string name)
    {
        _stores.Add(name);
        return Define(name, new Load(LoadKind.Parameter, null, name));
    }

    /// <summary>An independent copy, to follow one branch of an <c>if</c>.</summary>
    public Symbols Copy() => new(Function, parent)
    {
        _variables = new(_variables),
        _loads = new(_loads),
        _stores = [.. _stores],
    };

    /// <summary>Joins the branches of an <c>if</c>: what any of them assigns may also keep the value from before.</summary>
    public void Join(IReadOnlyList<Symbols> branches)
    {
        HashSet<string> assigned = [.. branches.SelectMany(b => b._stores)];
        assigned.ExceptWith(_stores);
        foreach (Symbols branch in branches)
        {
            foreach ((string name, Variable variable) in branch._variables)
                _variables[name] = variable;
            foreach ((Variable variable, Load load) in branch._loads)
                _loads[variable] = load;
            _stores.UnionWith(branch._stores);
        }

        foreach (string name in assigned)
        {
            Variable? outer = parent?.Find(name);
            _loads[Find(name)!] = outer is null ? new Load(LoadKind.Resolve, null, name) : new Load(LoadKind.Alias, outer, name);
        }
    }

    private Variable Define(string name, Load load)
    {
        Variable variable = Function.Declare(name, Level);
        _variables[name] = variable;
        _loads[variable] = load;
        return variable;
    }

    /// <summary>Names assigned here or in any outer scope, with the variable that holds them now.</summary>
    public IEnumerable<KeyValuePair<string, Variable>> VisibleStores()
    {
        HashSet<string> seen = [];
        for (Symbols? at = this; at is not null; at = at.Outer)
        {
            foreach (string name in at._stores.Where(seen.Add))
                yield return new(name, Find(name)!);
        }
    }

    private Symbols? Outer => parent;
}
