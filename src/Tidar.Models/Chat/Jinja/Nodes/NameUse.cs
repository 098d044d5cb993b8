namespace Tidar.Models.Chat.Jinja;

/// <summary>What a name stands for where it is written.</summary>
internal enum NameUse
{
    Load,
    Store,
    Parameter,
}
