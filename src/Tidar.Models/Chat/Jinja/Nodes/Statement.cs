namespace Tidar.Models.Chat.Jinja;

/// <summary>A node that is executed.</summary>
internal abstract class Statement(int line) : Node(line)
{
    public abstract Flow Execute(Scope scope);

    /// <summary>Executes statements until one breaks out.</summary>
    protected static Flow ExecuteAll(Statement[] body, Scope scope)
    {
        foreach (Statement statement in body)
        {
            scope.Run.Line = statement.Line;
            scope.Step();
            Flow flow = statement.Execute(scope);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }
}
