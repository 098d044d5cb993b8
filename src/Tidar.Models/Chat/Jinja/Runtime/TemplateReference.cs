namespace Tidar.Models.Chat.Jinja;

/// <summary>The variable <c>self</c>: the template's blocks by name.</summary>
internal sealed class TemplateReference(Template template, Variables variables)
{
    /// <summary>The block of a name.</summary>
    public bool TryBlock(object? name, out object? block)
    {
        bool found = template.Blocks.TryGetValue(PythonText.AsText(name) ?? "", out Block? node);
        block = found ? new BlockReference(node!, variables) : null;
        return found;
    }
}
