namespace Tidar.Models.Chat.Jinja;

/// <summary>A block as <c>self.name</c> shows it: calling it renders the block again.</summary>
internal sealed class BlockReference(Block block, Variables variables) : ICallable
{
    public string Name => block.Name;

    /// <summary>What <c>super</c> is where nothing is inherited.</summary>
    public static Undefined NoParent(string name) => Undefined.Because($"there is no parent block called {Display.QuoteText(name)}.");

    public object? Call(RenderContext run, Arguments arguments)
    {
        Signature.Empty.Bind(Name, arguments);
        TextBuilder outer = run.BeginCapture();
        block.Render(run, variables);
        return run.MarkupIfEscaping(run.EndCapture(outer));
    }
}
