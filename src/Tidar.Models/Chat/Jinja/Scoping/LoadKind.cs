namespace Tidar.Models.Chat.Jinja;

/// <summary>How a variable gets its value when its scope is entered.</summary>
internal enum LoadKind
{
    /// <summary>It is an argument or a loop's target, set by whoever enters.</summary>
    Parameter,

    /// <summary>By name, from outside the template's scopes.</summary>
    Resolve,

    /// <summary>From a variable of an outer scope that this scope is about to shadow.</summary>
    Alias,

    /// <summary>It has none yet.</summary>
    Undefined,
}
