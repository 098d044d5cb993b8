using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// A node of a parsed template. Parsing creates it, <see cref="Track"/> and <see cref="Bind"/> resolve its names once, and rendering evaluates it any number
/// of times, on any number of threads: after binding a node never changes.
/// </summary>
internal abstract class Node(int line)
{
    /// <summary>1-based line of the source.</summary>
    public int Line { get; } = line;

    /// <summary>Levels of nodes below this one, itself included; bounded by the parser, as evaluation recurses.</summary>
    public int Height { get; set; } = 1;

    /// <summary>The nodes directly below, in the order of execution.</summary>
    public virtual IEnumerable<Node> Children => [];

    /// <summary>Records the names that this node uses in its scope.</summary>
    public virtual void Track(SymbolTracker tracker) => tracker.Visit(Children);

    /// <summary>Resolves names to slots and checks what can be checked before rendering.</summary>
    public virtual void Bind(BindFrame frame) => frame.Bind(Children);

    /// <summary>Whether a variable of this name is read below without being assigned first, inner scopes included and blocks excluded.</summary>
    public static HashSet<string> FindUndeclared(IEnumerable<Node> nodes, params string[] names)
    {
        HashSet<string> open = [.. names];
        HashSet<string> found = [];
        Search(nodes);
        return found;

        void Search(IEnumerable<Node> level)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            foreach (Node node in level)
            {
                if (node is Name { Use: NameUse.Load } name && open.Contains(name.Identifier))
                    found.Add(name.Identifier);
                else if (node is Name other)
                    open.Remove(other.Identifier);
                else if (node is not Block)
                    Search(node.Children);
            }
        }
    }

    /// <summary>All nodes of a type at or below some nodes.</summary>
    public static IEnumerable<T> FindAll<T>(IEnumerable<Node> nodes)
        where T : Node
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (Node node in nodes)
        {
            if (node is T match)
                yield return match;
            foreach (T below in FindAll<T>(node.Children))
                yield return below;
        }
    }
}
