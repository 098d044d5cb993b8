namespace Tidar.Models.Chat.Jinja;

/// <summary>What <c>namespace()</c> makes: the one object whose attributes a template may assign.</summary>
internal sealed class Namespace(PyDict attributes)
{
    public PyDict Attributes { get; } = attributes;
}
