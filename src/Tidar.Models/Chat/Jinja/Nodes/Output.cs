namespace Tidar.Models.Chat.Jinja;

/// <summary>Text and printed values, one after the other.</summary>
internal sealed class Output(Expression[] items, int line) : Statement(line)
{
    private EscapeMode _escape;

    public override IEnumerable<Node> Children => items;

    /// <summary>Only white space, as the body of a required block must be.</summary>
    public bool IsBlank => items.All(i => i is TemplateData data && data.Text.All(PythonText.IsSpace));

    public override void Bind(BindFrame frame)
    {
        base.Bind(frame);
        _escape = frame.Escape;
    }

    public override Flow Execute(Scope scope)
    {
        RenderContext run = scope.Run;
        foreach (Expression item in items)
        {
            if (item is TemplateData data)
            {
                run.Output.Append(data.Text);
                continue;
            }

            scope.Step();
            run.Line = item.Line;
            object? value = item.Evaluate(scope);
            bool escape = _escape != EscapeMode.Never && (_escape == EscapeMode.Always || run.Autoescape);
            run.Output.Append(escape ? Markup.Escape(scope.Budget, value).Text : Display.Str(scope.Budget, value));
        }

        return Flow.Next;
    }
}
