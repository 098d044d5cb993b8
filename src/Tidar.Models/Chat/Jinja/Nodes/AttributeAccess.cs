namespace Tidar.Models.Chat.Jinja;

/// <summary><c>value.name</c>.</summary>
internal sealed class AttributeAccess(Expression target, string name, int line) : Expression(line)
{
    private readonly bool _shadowsKey = Attributes.ShadowsKey(name);

    public override IEnumerable<Node> Children => [target];

    public override object? Evaluate(Scope scope)
    {
        scope.Step();
        object? value = target.Evaluate(scope);
        // Almost every attribute in a chat template is a key of a message.
        if (!_shadowsKey && value is PyDict dict)
            return dict.TryGet(name, out object? item) ? item : Undefined.Member(value, name);
        return Attributes.Get(scope.Run, value, name);
    }
}
