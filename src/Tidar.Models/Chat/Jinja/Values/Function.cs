namespace Tidar.Models.Chat.Jinja;

/// <summary>A global function such as <c>range</c> or <c>raise_exception</c>.</summary>
internal sealed class Function(string name, string typeName, Func<RenderContext, Arguments, object?> body) : ICallable
{
    public string Name { get; } = name;

    /// <summary>Python's name for the type of this value: <c>function</c>, or <c>type</c> for a class.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>A method that takes no arguments.</summary>
    public static Function WithoutParameters(string name, Func<object?> body) => new(name, "method", (_, arguments) =>
    {
        Signature.Empty.Bind(name, arguments);
        return body();
    });

    public object? Call(RenderContext run, Arguments arguments) => body(run, arguments);
}
