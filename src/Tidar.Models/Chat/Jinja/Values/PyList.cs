namespace Tidar.Models.Chat.Jinja;

/// <summary>A Python list.</summary>
internal sealed class PyList(object?[] items) : PySequence(items)
{
    public static readonly PyList Empty = new([]);

    public PyList(IEnumerable<object?> items)
        : this(items.ToArray())
    {
    }

    public override PySequence With(object?[] items) => new PyList(items);
}
