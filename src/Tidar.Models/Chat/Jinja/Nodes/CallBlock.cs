namespace Tidar.Models.Chat.Jinja;

/// <summary>A <c>call</c> block: a call that gets the block's body as <c>caller</c>.</summary>
internal sealed class CallBlock(Call call, MacroBody body, int line) : Statement(line)
{
    /// <summary>Calls the body at once; what <c>generation</c> does, which only marks the text for training.</summary>
    public static readonly Function CallCaller = new("generation", "function", (run, a) =>
        ((ICallable)a.Named.First(n => n.Key == "caller").Value!).Call(run, Arguments.None));

    public override IEnumerable<Node> Children => [call, body];

    public override void Track(SymbolTracker tracker) => call.Track(tracker);

    public override Flow Execute(Scope scope)
    {
        object? result = call.Evaluate(scope, new Macro(body, null, scope));
        scope.Run.Output.Append(PythonText.AsText(result)
            ?? throw Fail.Type($"sequence item 0: expected str instance, {Display.TypeName(result)} found"));
        return Flow.Next;
    }
}
