namespace Tidar.Models.Chat.Jinja;

/// <summary>A list or a tuple. The sandbox allows no change to either, so both hold a fixed array.</summary>
internal abstract class PySequence(object?[] items)
{
    public object?[] Items { get; } = items;

    public int Count => Items.Length;

    /// <summary>A sequence of the same type with other items.</summary>
    public abstract PySequence With(object?[] items);
}
