using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Values joined as text by <c>~</c>.</summary>
internal sealed class Concatenation(Expression[] items, int line) : Expression(line)
{
    private bool _escape;

    public override IEnumerable<Node> Children => items;

    public override void Bind(BindFrame frame)
    {
        base.Bind(frame);
        _escape = frame.Escape == EscapeMode.Always;
    }

    public override object? Evaluate(Scope scope)
    {
        Budget budget = scope.Budget;
        scope.Step(items.Length);
        object?[] values = Array.ConvertAll(items, item => item.Evaluate(scope));
        bool markup = _escape && Array.Exists(values, v => v is Markup);
        StringBuilder text = new();
        foreach (object? value in values)
        {
            string part = markup ? Markup.Escape(budget, value).Text : Display.Str(budget, value);
            budget.Text((long)text.Length + part.Length, part.Length);
            text.Append(part);
        }

        return markup ? new Markup(text.ToString()) : text.ToString();
    }
}
