namespace Tidar.Models.Chat.Jinja;

/// <summary>A test: what stands after <c>is</c>.</summary>
internal sealed class Test(string name, string signature, Func<RenderContext, object?, object?[], bool> apply)
{
    private readonly Signature _signature = new(signature);

    public string Name { get; } = name;

    public object? Apply(RenderContext run, object? value, Arguments arguments) =>
        Numbers.Box(apply(run, value, _signature.Bind(Name, arguments)));
}
