namespace Tidar.Models.Chat.Jinja;

/// <summary>A Python tuple.</summary>
internal class PyTuple(params object?[] items) : PySequence(items)
{
    public static readonly PyTuple Empty = new();

    public override PySequence With(object?[] items) => new PyTuple(items);
}
