namespace Tidar.Models.Chat.Jinja;

/// <summary>Which side of a dict a <see cref="DictView"/> shows.</summary>
internal enum DictViewKind
{
    Keys,
    Values,
    Items,
}
