namespace Tidar.Models.Chat.Jinja;

/// <summary>The special variable <c>loop</c>. It looks ahead only when a template asks for what lies ahead.</summary>
internal sealed class LoopContext : ICallable
{
    private static readonly Signature Values = new("*values");
    private static readonly Signature Items = new("iterable");

    private readonly Budget _budget;
    private readonly Func<object?, int, object?>? _recurse;
    private readonly int _depth;
    private IEnumerator<object?> _items;
    private int _length;
    private object? _after = Missing.Value;
    private object? _current = Missing.Value;
    private object? _before = Missing.Value;
    private object? _changed = Missing.Value;

    /// <summary>Starts before the first item.</summary>
    /// <param name="budget">What walking is charged to.</param>
    /// <param name="items">The items.</param>
    /// <param name="length">Their number; negative where it takes walking them to know.</param>
    /// <param name="recurse">Renders the loop's body over other items one level deeper; null unless the loop is recursive.</param>
    /// <param name="depth">How many levels deep this loop is.</param>
    public LoopContext(Budget budget, IEnumerable<object?> items, int length, Func<object?, int, object?>? recurse, int depth)
    {
        _budget = budget;
        _items = items.GetEnumerator();
        _length = length;
        _recurse = recurse;
        _depth = depth;
    }

    /// <summary>Zero-based index of the current item.</summary>
    public int Index0 { get; private set; } = -1;

    /// <summary>Number of items; walks to the end of a lazy sequence, keeping the items.</summary>
    public int Length
    {
        get
        {
            if (_length < 0)
            {
                List<object?> rest = [];
                while (_items.MoveNext())
                {
                    _budget.Items(rest.Count, 1);
                    rest.Add(_items.Current);
                }

                _items = rest.GetEnumerator();
                _length = rest.Count + Index0 + 1 + (_after is Missing ? 0 : 1);
            }

            return _length;
        }
    }

    /// <summary>Moves to the next item; false at the end.</summary>
    public bool TryNext(out object? item)
    {
        item = _after;
        if (_after is not Missing)
            _after = Missing.Value;
        else if (_items.MoveNext())
            item = _items.Current;
        else
            return false;
        Index0++;
        _before = _current;
        _current = item;
        return true;
    }

    /// <summary>What iterating over <c>loop</c> itself yields: the remaining items, each with the loop.</summary>
    public IEnumerable<object?> Rest()
    {
        while (TryNext(out object? item))
            yield return new PyTuple(item, this);
    }

    /// <summary><c>loop(items)</c>: the loop's body over other items.</summary>
    public object? Call(RenderContext run, Arguments arguments)
    {
        if (_recurse is null)
            throw Fail.Type("The loop must have the 'recursive' marker to be called recursively.");
        return _recurse(Items.Bind("loop", arguments)[0], _depth + 1);
    }

    /// <summary>An attribute of <c>loop</c>; <see cref="Missing"/> where there is none.</summary>
    public object? Attribute(string name) => name switch
    {
        "index" => Numbers.Box(Index0 + 1L),
        "index0" => Numbers.Box((long)Index0),
        "first" => Numbers.Box(Index0 == 0),
        "last" => Numbers.Box(Peek() is Missing),
        "length" => Numbers.Box((long)Length),
        "revindex" => Numbers.Box((long)Length - Index0),
        "revindex0" => Numbers.Box((long)Length - Index0 - 1),
        "depth" => Numbers.Box(_depth + 1L),
        "depth0" => Numbers.Box((long)_depth),
        "previtem" => Index0 == 0 ? Undefined.Because("there is no previous item") : _before,
        "nextitem" => Peek() is Missing ? Undefined.Because("there is no next item") : _after,
        "cycle" => new Function(name, "method", (_, a) => Cycle((PyTuple)Values.Bind(name, a)[0]!)),
        "changed" => new Function(name, "method", (_, a) => Numbers.Box(Changed((PyTuple)Values.Bind(name, a)[0]!))),
        _ => Missing.Value,
    };

    private object? Peek()
    {
        if (_after is Missing && _items.MoveNext())
            _after = _items.Current;
        return _after;
    }

    private object? Cycle(PyTuple values) =>
        values.Count > 0 ? values.Items[Index0 % values.Count] : throw Fail.Type("no items for cycling given");

    private bool Changed(PyTuple value)
    {
        if (Comparison.Equals(_budget, _changed, value))
            return false;
        _changed = value;
        return true;
    }
}
