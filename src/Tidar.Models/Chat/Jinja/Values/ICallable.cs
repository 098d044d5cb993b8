namespace Tidar.Models.Chat.Jinja;

/// <summary>A value that a template can call.</summary>
internal interface ICallable
{
    /// <summary>Calls it.</summary>
    object? Call(RenderContext run, Arguments arguments);
}
