namespace Tidar.Models.Chat.Jinja;

/// <summary>A loop: <c>for target in items if test recursive</c> with an optional <c>else</c>.</summary>
internal sealed class For(Expression target, Expression items, Expression? test, bool recursive, Statement[] body, Statement[] otherwise, int line)
    : Statement(line)
{
    private readonly Expression _filterTarget = ((ITarget)target).CopyTarget();
    private FunctionLayout _layout = null!;
    private FunctionLayout _filterLayout = null!;
    private ScopeEntry _entry = null!;
    private ScopeEntry _filterEntry = null!;
    private ScopeEntry? _otherwiseEntry;
    private VariableAccess? _loop;

    public override IEnumerable<Node> Children =>
        test is null ? [target, items, .. body, .. otherwise] : [target, items, .. body, .. otherwise, test];

    /// <summary>Only the items belong to the outer scope; the rest is tracked when the loop is bound.</summary>
    public override void Track(SymbolTracker tracker) => items.Track(tracker);

    public override void Bind(BindFrame frame)
    {
        if (FindAll<Name>(Children).FirstOrDefault(n => n is { Use: NameUse.Store, Identifier: "loop" }) is { } taken)
            throw Fail.Syntax("Can't assign to special loop variable in for-loop target", taken.Line);
        items.Bind(frame);
        BindFrame inner = recursive ? frame.InnerFunction(isLoop: true) : frame.Inner(isLoop: true);
        // A scoped block may read `loop` without the loop's own body showing it.
        bool usesLoop = recursive || FindUndeclared(body, "loop").Count > 0 || FindAll<Block>(body).Any(b => b.IsScoped);
        if (usesLoop)
            inner.Symbols.DeclareParameter("loop");
        SymbolTracker tracker = new(inner.Symbols);
        ((ITarget)target).TrackAsParameter(tracker);
        tracker.Visit(body);
        target.Bind(inner);
        inner.Bind(body);
        _loop = usesLoop ? inner.Access("loop") : null;
        _entry = new ScopeEntry(inner.Symbols);
        _layout = inner.Function;
        BindElse(frame, inner.Function);
        BindFilter(frame);
    }

    public override Flow Execute(Scope scope)
    {
        object? values = items.Evaluate(scope);
        if (!recursive)
            return Iterate(scope, scope, values, null, 0);
        scope.Run.Output.Append(PythonText.AsText(RunRecursive(scope, values, 0))!);
        return Flow.Next;
    }

    private void BindElse(BindFrame frame, FunctionLayout function)
    {
        if (otherwise.Length == 0)
            return;
        BindFrame inner = recursive ? frame.InnerIn(function) : frame.Inner();
        new SymbolTracker(inner.Symbols).Visit(otherwise);
        inner.Bind(otherwise);
        _otherwiseEntry = new ScopeEntry(inner.Symbols);
    }

    private void BindFilter(BindFrame frame)
    {
        if (test is null)
            return;
        BindFrame inner = frame.InnerFunction();
        SymbolTracker tracker = new(inner.Symbols);
        ((ITarget)_filterTarget).TrackAsParameter(tracker);
        test.Track(tracker);
        _filterTarget.Bind(inner);
        test.Bind(inner);
        _filterEntry = new ScopeEntry(inner.Symbols);
        _filterLayout = inner.Function;
    }

    private object RunRecursive(Scope definition, object? values, int depth)
    {
        RenderContext run = definition.Run;
        run.EnterCall();
        TextBuilder outer = run.BeginCapture();
        Iterate(new Scope(_layout, definition), definition, values, (inner, level) => RunRecursive(definition, inner, level), depth);
        string text = run.EndCapture(outer);
        run.LeaveCall();
        return run.MarkupIfEscaping(text);
    }

    private Flow Iterate(Scope scope, Scope definition, object? values, Func<object?, int, object?>? recurse, int depth)
    {
        IEnumerable<object?> sequence = Iteration.Of(scope.Budget, values);
        int length = -1;
        if (test is not null)
            sequence = Filtered(definition, sequence);
        else if (_loop is null || !Iteration.TryLength(values, out length))
            length = -1;
        bool completed = _loop is null
            ? IteratePlain(scope, sequence)
            : IterateWithLoop(scope, new LoopContext(scope.Budget, sequence, length, recurse, depth));
        _entry.Leave(scope);
        if (completed || _otherwiseEntry is null)
            return Flow.Next;
        _otherwiseEntry.Enter(scope);
        Flow flow = ExecuteAll(otherwise, scope);
        _otherwiseEntry.Leave(scope);
        return flow;
    }

    // Both return whether some round reached the end of the body: as in Jinja2's compiled code, only that keeps `else` from running.
    private bool IteratePlain(Scope scope, IEnumerable<object?> sequence)
    {
        bool completed = false;
        foreach (object? item in sequence)
        {
            Flow flow = Round(scope, item);
            completed |= flow == Flow.Next;
            if (flow == Flow.Break)
                break;
        }

        return completed;
    }

    private bool IterateWithLoop(Scope scope, LoopContext loop)
    {
        bool completed = false;
        while (loop.TryNext(out object? item))
        {
            _loop!.Store(scope, loop);
            Flow flow = Round(scope, item);
            completed |= flow == Flow.Next;
            if (flow == Flow.Break)
                break;
        }

        return completed;
    }

    private Flow Round(Scope scope, object? item)
    {
        scope.Step();
        ((ITarget)target).Assign(scope, item);
        _entry.Enter(scope);
        return ExecuteAll(body, scope);
    }

    private IEnumerable<object?> Filtered(Scope definition, IEnumerable<object?> sequence)
    {
        Scope scope = new(_filterLayout, definition);
        _filterEntry.Enter(scope);
        foreach (object? item in sequence)
        {
            scope.Step();
            ((ITarget)_filterTarget).Assign(scope, item);
            if (Comparison.IsTrue(test!.Evaluate(scope)))
                yield return _filterTarget is TupleExpression ? _filterTarget.Evaluate(scope) : item;
        }
    }
}
