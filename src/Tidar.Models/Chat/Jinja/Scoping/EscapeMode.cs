namespace Tidar.Models.Chat.Jinja;

/// <summary>Whether values are HTML-escaped when they are printed.</summary>
internal enum EscapeMode
{
    Never,
    Always,

    /// <summary>Known only when the template runs.</summary>
    Runtime,
}
