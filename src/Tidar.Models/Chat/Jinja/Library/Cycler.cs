namespace Tidar.Models.Chat.Jinja;

/// <summary>What <c>cycler(...)</c> makes: its values one after the other, over and over.</summary>
internal sealed class Cycler
{
    private readonly object?[] _items;
    private int _position;

    public Cycler(Arguments arguments)
    {
        _items = arguments.Positional;
        if (_items.Length == 0)
            throw Fail.Runtime("at least one item has to be provided");
    }

    /// <summary>An attribute; <see cref="Missing"/> where there is none.</summary>
    public object? Attribute(string name) => name switch
    {
        "current" => _items[_position],
        "items" => new PyTuple(_items),
        "pos" => Numbers.Box((long)_position),
        "next" => Function.WithoutParameters(name, Next),
        "reset" => Function.WithoutParameters(name, Reset),
        _ => Missing.Value,
    };

    private object? Next()
    {
        object? current = _items[_position];
        _position = (_position + 1) % _items.Length;
        return current;
    }

    private object? Reset()
    {
        _position = 0;
        return null;
    }
}
