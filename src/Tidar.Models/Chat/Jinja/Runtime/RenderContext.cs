namespace Tidar.Models.Chat.Jinja;

/// <summary>The state of one rendering: budget, output, depth of calls, the clock. Not shared between threads.</summary>
internal sealed class RenderContext
{
    private const int CallCost = 8;

    private readonly TemplateLimits _limits;
    private readonly Stack<TextBuilder> _spare = new();
    private int _callDepth;

    public RenderContext(Template template, PyDict variables, TemplateLimits limits, Budget budget, DateTime? now)
    {
        Template = template;
        Variables = variables;
        _limits = limits;
        Budget = budget;
        Now = now ?? DateTime.Now;
        Output = new TextBuilder(budget);
    }

    public Template Template { get; }

    /// <summary>What the caller passed in.</summary>
    public PyDict Variables { get; }

    public Budget Budget { get; }

    /// <summary>The time that <c>strftime_now</c> shows.</summary>
    public DateTime Now { get; }

    /// <summary>Where text goes: the page itself, or what a macro, filter or set block captures.</summary>
    public TextBuilder Output { get; private set; }

    /// <summary>Inside <c>autoescape true</c>.</summary>
    public bool Autoescape { get; set; }

    /// <summary>Line of the statement being executed, for errors.</summary>
    public int Line { get; set; } = 1;

    /// <summary>Source of the <c>random</c> filter and of <c>lipsum</c>; the same in every rendering, so that a prompt is reproducible.</summary>
    public Random Random { get; } = new(0);

    /// <summary>Redirects the output into a buffer of its own; returns the one to go back to.</summary>
    public TextBuilder BeginCapture()
    {
        TextBuilder outer = Output;
        Output = _spare.Count > 0 ? _spare.Pop() : new TextBuilder(Budget);
        return outer;
    }

    /// <summary>Ends a redirection; returns what was captured.</summary>
    public string EndCapture(TextBuilder outer)
    {
        TextBuilder captured = Output;
        string text = captured.ToString();
        captured.Clear();
        _spare.Push(captured);
        Output = outer;
        return text;
    }

    /// <summary>Enters a call that a template can nest without end.</summary>
    public void EnterCall()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_callDepth > _limits.MaxCallDepth)
            throw Fail.Limit("maximum recursion depth exceeded");
        Budget.Step(CallCost);
    }

    public void LeaveCall() => _callDepth--;

    /// <summary>A string as it stands, or as markup inside <c>autoescape true</c>.</summary>
    public object MarkupIfEscaping(string text) => Autoescape ? new Markup(text) : text;
}
