namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Where names come from that no scope of the template defines: what the template set at its top level, what the caller passed, the built-in functions.
/// Only blocks look at the first, as all else resolves such names to slots before rendering.
/// </summary>
internal sealed class Variables(RenderContext run, Variables? outer = null)
{
    private readonly Dictionary<string, object?> _set = [];

    /// <summary>Looks a name up; <see cref="Missing"/> where nothing has it.</summary>
    public object? Resolve(string name)
    {
        if (_set.TryGetValue(name, out object? value))
            return value;
        if (outer is not null)
            return outer.Resolve(name);
        return run.Variables.TryGet(name, out value) ? value : Globals.Find(name) ?? Missing.Value;
    }

    public void Set(string name, object? value) => _set[name] = value;
}
