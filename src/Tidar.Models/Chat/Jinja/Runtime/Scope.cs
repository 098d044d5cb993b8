using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>The variables of one run of the template's body, a macro, a block or a recursive loop; see <see cref="FunctionLayout"/>.</summary>
internal sealed class Scope
{
    public Scope(FunctionLayout layout, Scope? parent, RenderContext run, Variables variables)
    {
        Parent = parent;
        Run = run;
        Variables = variables;
        Slots = new object?[layout.SlotCount];
        Array.Fill(Slots, Missing.Value);
    }

    /// <summary>A scope nested in another.</summary>
    public Scope(FunctionLayout layout, Scope parent)
        : this(layout, parent, parent.Run, parent.Variables)
    {
    }

    public object?[] Slots { get; }

    public Scope? Parent { get; }

    public RenderContext Run { get; }

    public Variables Variables { get; }

    public Budget Budget => Run.Budget;

    /// <summary>Charges steps, and makes sure that there is stack left to evaluate what lies below.</summary>
    public void Step(long count = 1)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Run.Budget.Step(count);
    }
}
