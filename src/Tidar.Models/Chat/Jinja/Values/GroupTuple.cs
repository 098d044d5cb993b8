namespace Tidar.Models.Chat.Jinja;

/// <summary>What <c>groupby</c> yields: a tuple whose two items also have the names <c>grouper</c> and <c>list</c>.</summary>
internal sealed class GroupTuple(object? grouper, PyList list) : PyTuple(grouper, list);
