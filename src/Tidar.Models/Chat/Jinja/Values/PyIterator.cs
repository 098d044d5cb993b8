using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>A lazy sequence that can be walked once, such as the result of <c>map</c>. Errors in it appear when it is walked.</summary>
internal sealed class PyIterator(IEnumerable<object?> source, string typeName = "generator", string name = "generator")
{
    private readonly IEnumerator<object?> _items = source.GetEnumerator();
    private bool _running;

    public string TypeName { get; } = typeName;

    public string Name { get; } = name;

    /// <summary>The next item; false at the end, and from then on.</summary>
    public bool TryNext(out object? item)
    {
        // Iterators over iterators nest as deep as a template likes.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_running)
            throw Fail.Value("generator already executing");
        _running = true;
        try
        {
            bool more = _items.MoveNext();
            item = more ? _items.Current : null;
            return more;
        }
        finally
        {
            _running = false;
        }
    }

    /// <summary>What is left of it.</summary>
    public IEnumerable<object?> Rest()
    {
        while (TryNext(out object? item))
            yield return item;
    }
}
