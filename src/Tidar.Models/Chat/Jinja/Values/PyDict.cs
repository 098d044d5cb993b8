namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// A Python dict: keys in order of insertion, any hashable key, <c>1</c>, <c>1.0</c> and <c>True</c> being the same key.
/// Written only while it is made; to a template it is read-only.
/// </summary>
internal sealed class PyDict
{
    // Messages and tool calls have a handful of keys: comparing them one by one beats hashing.
    private const int LargestScanned = 8;

    private readonly List<KeyValuePair<object?, object?>> _entries = [];
    private Dictionary<object, int>? _index;

    public PyDict(int capacity = 0) => _entries.Capacity = capacity;

    public int Count => _entries.Count;

    public IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries;

    /// <summary>Looks up a text key.</summary>
    public bool TryGet(string key, out object? value)
    {
        int at = Find(key);
        value = at >= 0 ? _entries[at].Value : null;
        return at >= 0;
    }

    /// <summary>Looks up any key; throws where the key is not hashable.</summary>
    public bool TryGet(Budget budget, object? key, out object? value)
    {
        if (key is string text)
            return TryGet(text, out value);
        int at = FindAny(HashKey.Of(budget, key), budget);
        value = at >= 0 ? _entries[at].Value : null;
        return at >= 0;
    }

    public bool Contains(Budget budget, object? key) => TryGet(budget, key, out _);

    /// <summary>Adds a text key or replaces its value.</summary>
    public void Set(string key, object? value) => Put(Find(key), key, key, value);

    /// <summary>Adds a key or replaces its value; throws where the key is not hashable.</summary>
    public void Set(Budget budget, object? key, object? value)
    {
        object hash = HashKey.Of(budget, key);
        Put(FindAny(hash, budget), key, hash, value);
    }

    private void Put(int at, object? key, object hash, object? value)
    {
        if (at >= 0)
        {
            _entries[at] = new(_entries[at].Key, value);
            return;
        }

        _entries.Add(new(key, value));
        _index?.Add(hash, _entries.Count - 1);
        if (_index is null && _entries.Count > LargestScanned)
            BuildIndex();
    }

    private int Find(string key)
    {
        if (_index is not null)
            return _index.TryGetValue(key, out int at) ? at : -1;
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key is string text ? text == key : _entries[i].Key is Markup markup && markup.Text == key)
                return i;
        }

        return -1;
    }

    private int FindAny(object hash, Budget budget)
    {
        if (hash is string text)
            return Find(text);
        if (_index is not null)
            return _index.TryGetValue(hash, out int at) ? at : -1;
        for (int i = 0; i < _entries.Count; i++)
        {
            if (HashKey.Of(budget, _entries[i].Key).Equals(hash))
                return i;
        }

        return -1;
    }

    private void BuildIndex()
    {
        Budget unlimited = new(TemplateLimits.Default);
        _index = new(_entries.Count * 2);
        for (int i = 0; i < _entries.Count; i++)
            _index.Add(HashKey.Of(unlimited, _entries[i].Key), i);
    }
}
