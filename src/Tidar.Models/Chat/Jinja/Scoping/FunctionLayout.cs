namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// The slots of one function: the template's body, a block, a macro, a loop's filter or a recursive loop. Jinja2 compiles each of these to a Python
/// function whose variables inner functions see, as they are at the time of the call; slots and parent links do the same.
/// </summary>
internal sealed class FunctionLayout(FunctionLayout? parent)
{
    private readonly Dictionary<string, Variable> _variables = [];

    /// <summary>The function this one is written in; null for the template's body and for blocks.</summary>
    public FunctionLayout? Parent { get; } = parent;

    public int SlotCount => _variables.Count;

    /// <summary>The variable of a name at a scope level; scopes side by side share it, as one ends before the next begins.</summary>
    public Variable Declare(string name, int level)
    {
        string key = $"{level}_{name}";
        if (!_variables.TryGetValue(key, out Variable? variable))
            _variables[key] = variable = new Variable(this, _variables.Count);
        return variable;
    }
}
