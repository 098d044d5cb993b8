using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Walks the nodes of one scope in the order of execution and records the names they use; stops at scopes within.</summary>
internal sealed class SymbolTracker(Symbols symbols)
{
    public Symbols Symbols { get; private set; } = symbols;

    public void Visit(IEnumerable<Node> nodes)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Node node in nodes)
            node.Track(this);
    }

    /// <summary>Follows alternatives of which at most one is executed.</summary>
    public void VisitBranches(params IEnumerable<Node>[] branches)
    {
        Symbols original = Symbols;
        List<Symbols> followed = [];
        foreach (IEnumerable<Node> branch in branches)
        {
            Symbols = original.Copy();
            Visit(branch);
            followed.Add(Symbols);
        }

        Symbols = original;
        original.Join(followed);
    }
}
