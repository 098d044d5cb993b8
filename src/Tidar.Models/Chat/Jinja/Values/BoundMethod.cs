namespace Tidar.Models.Chat.Jinja;

/// <summary>A method together with the object it belongs to.</summary>
internal sealed class BoundMethod(object owner, Method method) : ICallable
{
    public object Owner { get; } = owner;

    public Method Method { get; } = method;

    public object? Call(RenderContext run, Arguments arguments) => Method.Call(run, Owner, arguments);
}
