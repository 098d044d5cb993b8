namespace Tidar.Models.Chat.Jinja;

/// <summary><c>if</c> with its <c>elif</c> branches and <c>else</c>.</summary>
internal sealed class If((Expression Test, Statement[] Body)[] branches, Statement[] otherwise, int line) : Statement(line)
{
    public override IEnumerable<Node> Children => [.. branches.SelectMany(b => b.Body.Prepend<Node>(b.Test)), .. otherwise];

    public override void Track(SymbolTracker tracker)
    {
        branches[0].Test.Track(tracker);
        tracker.VisitBranches(branches[0].Body, [new ElseIfs(branches[1..], Line)], otherwise);
    }

    public override void Bind(BindFrame frame) => frame.Conditional().Bind(Children);

    public override Flow Execute(Scope scope)
    {
        foreach ((Expression test, Statement[] body) in branches)
        {
            scope.Step();
            if (Comparison.IsTrue(test.Evaluate(scope)))
                return ExecuteAll(body, scope);
        }

        return ExecuteAll(otherwise, scope);
    }

    // Each elif is tracked as an if of its own: what it assigns may or may not happen.
    private sealed class ElseIfs((Expression Test, Statement[] Body)[] branches, int line) : Node(line)
    {
        public override void Track(SymbolTracker tracker)
        {
            foreach ((Expression test, Statement[] body) in branches)
            {
                test.Track(tracker);
                tracker.VisitBranches(body, [], []);
            }
        }
    }
}
