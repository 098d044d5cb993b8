namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// <c>include</c>, <c>import</c>, <c>from … import</c> or <c>extends</c>: parsed, and an error when reached, as there are no other templates.
/// </summary>
internal sealed class ForeignTemplate(string tag, Expression template, string[] names, bool ignoreMissing, int line) : Statement(line)
{
    public override IEnumerable<Node> Children => [template];

    public override void Track(SymbolTracker tracker)
    {
        template.Track(tracker);
        foreach (string name in names)
            tracker.Symbols.Store(name);
    }

    public override void Bind(BindFrame frame)
    {
        if (tag == "extends" && !frame.IsTopLevel)
            throw Fail.Syntax("cannot use extend from a non top-level scope", Line);
        base.Bind(frame);
    }

    public override Flow Execute(Scope scope)
    {
        object? value = template.Evaluate(scope);
        if (value is Undefined undefined)
            throw undefined.Error();
        if (tag == "include" && ignoreMissing && value is PySequence { Count: 0 })
            return Flow.Next;
        throw Fail.Type("no loader for this environment specified");
    }
}
