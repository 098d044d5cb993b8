namespace Tidar.Models.Chat.Jinja;

/// <summary>A filter: what stands after <c>|</c>.</summary>
internal sealed class Filter(string name, Func<RenderContext, object?, Arguments, object?> apply)
{
    /// <summary>A filter whose arguments follow a signature.</summary>
    public Filter(string name, string signature, Func<RenderContext, object?, object?[], object?> apply)
        : this(name, Bound(name, new Signature(signature), apply))
    {
    }

    public string Name { get; } = name;

    public object? Apply(RenderContext run, object? value, Arguments arguments) => apply(run, value, arguments);

    private static Func<RenderContext, object?, Arguments, object?> Bound(
        string name, Signature signature, Func<RenderContext, object?, object?[], object?> apply) =>
        (run, value, arguments) => apply(run, value, signature.Bind(name, arguments));
}
