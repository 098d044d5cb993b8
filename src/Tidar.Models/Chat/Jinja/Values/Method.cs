namespace Tidar.Models.Chat.Jinja;

/// <summary>A method or attribute of a built-in type.</summary>
/// <param name="Name">Its name in Python.</param>
/// <param name="Signature">Its parameters; null for an attribute that is read, not called.</param>
/// <param name="Body">What it does with the object and the bound arguments.</param>
internal sealed record Method(string Name, Signature? Signature, Func<RenderContext, object, object?[], object?> Body)
{
    public object? Call(RenderContext run, object owner, Arguments arguments) =>
        Body(run, owner, Signature!.Bind(Name, arguments));

    /// <summary>The attribute's value on an object: the value itself, or the method bound to the object.</summary>
    public object? Get(RenderContext run, object owner) =>
        Signature is null ? Body(run, owner, []) : new BoundMethod(owner, this);
}
