namespace Tidar.Models.Chat.Jinja;

/// <summary>What <c>joiner(sep)</c> makes: nothing at the first call, the separator from then on.</summary>
internal sealed class Joiner(object separator) : ICallable
{
    public object Separator { get; } = separator;

    public bool Used { get; private set; }

    public object? Call(RenderContext run, Arguments arguments)
    {
        Signature.Empty.Bind("joiner", arguments);
        object result = Used ? Separator : "";
        Used = true;
        return result;
    }
}
