using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Where a node stands when names are bound to slots.</summary>
internal sealed class BindFrame
{
    private BindFrame(Template template, Symbols symbols, EscapeMode escape)
    {
        Template = template;
        Symbols = symbols;
        Escape = escape;
    }

    public Template Template { get; }

    public Symbols Symbols { get; }

    public FunctionLayout Function => Symbols.Function;

    /// <summary>Whether output is HTML-escaped here.</summary>
    public EscapeMode Escape { get; private init; }

    /// <summary>At the template's top level, <c>if</c> aside: what is assigned here, blocks can see.</summary>
    public bool IsTopLevel { get; private init; }

    /// <summary>Inside an <c>if</c>, where Jinja2 reports an unknown filter or test only when it is used.</summary>
    public bool IsConditional { get; private init; }

    /// <summary>Inside a loop of the same function, where <c>break</c> and <c>continue</c> are allowed.</summary>
    public bool IsInLoop { get; private init; }

    /// <summary>The outermost frame of the template or of a block.</summary>
    public static BindFrame Root(Template template, bool isBlock) =>
        new(template, new Symbols(new FunctionLayout(null), null), EscapeMode.Never) { IsTopLevel = !isBlock };

    /// <summary>A scope within this one, in the same function.</summary>
    public BindFrame Inner(bool isLoop = false) =>
        new(Template, new Symbols(Function, Symbols), Escape) { IsInLoop = IsInLoop || isLoop };

    /// <summary>A scope within this one that is a function of its own.</summary>
    public BindFrame InnerFunction(bool isLoop = false) =>
        new(Template, new Symbols(new FunctionLayout(Function), Symbols), Escape) { IsInLoop = isLoop };

    /// <summary>A scope within this one whose variables live in a function given.</summary>
    public BindFrame InnerIn(FunctionLayout function) => new(Template, new Symbols(function, Symbols), Escape);

    /// <summary>The same scope, under a condition.</summary>
    public BindFrame Conditional() => With(Escape, conditional: true);

    /// <summary>The same scope with other escaping.</summary>
    public BindFrame WithEscape(EscapeMode escape) => With(escape, IsConditional);

    public VariableAccess Access(string name)
    {
        // Jinja2 itself stumbles over a few names it did not see coming, such as those in a set block's filter; here they resolve as usual.
        Variable? variable = Symbols.Find(name);
        if (variable is null)
        {
            Symbols.Load(name);
            variable = Symbols.Find(name)!;
        }

        return new VariableAccess(Function, variable);
    }

    public void Bind(IEnumerable<Node> nodes)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Node node in nodes)
            node.Bind(this);
    }

    private BindFrame With(EscapeMode escape, bool conditional) =>
        new(Template, Symbols, escape) { IsTopLevel = IsTopLevel, IsConditional = conditional, IsInLoop = IsInLoop };
}
