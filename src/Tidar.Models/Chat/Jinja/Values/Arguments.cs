namespace Tidar.Models.Chat.Jinja;

/// <summary>The arguments of a call: by position, then by name.</summary>
internal readonly struct Arguments(object?[] positional, KeyValuePair<string, object?>[]? named = null)
{
    public static readonly Arguments None = new([]);

    public object?[] Positional { get; } = positional;

    public KeyValuePair<string, object?>[] Named { get; } = named ?? [];

    public int Count => Positional.Length;

    /// <summary>The same arguments without the first few positional ones.</summary>
    public Arguments Skip(int count) => new(Positional[count..], Named);
}
