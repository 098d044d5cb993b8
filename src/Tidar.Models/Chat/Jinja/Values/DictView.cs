namespace Tidar.Models.Chat.Jinja;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> return.</summary>
internal sealed class DictView(PyDict dict, DictViewKind kind)
{
    public PyDict Dict { get; } = dict;

    public DictViewKind Kind { get; } = kind;

    public int Count => Dict.Count;

    public IEnumerable<object?> Values()
    {
        IReadOnlyList<KeyValuePair<object?, object?>> entries = Dict.Entries;
        for (int i = 0; i < entries.Count; i++)
            yield return At(entries[i]);
    }

    private object? At(KeyValuePair<object?, object?> entry) => Kind switch
    {
        DictViewKind.Keys => entry.Key,
        DictViewKind.Values => entry.Value,
        _ => new PyTuple(entry.Key, entry.Value),
    };
}
