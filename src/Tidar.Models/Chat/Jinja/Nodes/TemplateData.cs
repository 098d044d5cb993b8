namespace Tidar.Models.Chat.Jinja;

/// <summary>Text outside of tags.</summary>
internal sealed class TemplateData(string text, int line) : Expression(line)
{
    public string Text { get; } = text;

    public override object? Evaluate(Scope scope) => Text;
}
