namespace Tidar.Models.Chat.Jinja;

/// <summary>A macro together with the scope it was defined in; also the body of a <c>call</c> block, which has no name.</summary>
internal sealed class Macro(MacroBody body, string? name, Scope definition) : ICallable
{
    public string? Name { get; } = name;

    public object? Call(RenderContext run, Arguments arguments)
    {
        Scope scope = new(body.Layout, definition);
        BindArguments(scope, arguments);
        run.EnterCall();
        TextBuilder outer = run.BeginCapture();
        body.Run(scope);
        string text = run.EndCapture(outer);
        run.LeaveCall();
        return run.MarkupIfEscaping(text);
    }

    /// <summary>The attributes that Jinja2 gives a macro; <see cref="Missing"/> for any other.</summary>
    public object? Attribute(string name) => name switch
    {
        "name" => Name,
        "arguments" => new PyTuple([.. body.Parameters.Select(p => p.Name)]),
        "catch_kwargs" => Numbers.Box(body.KeywordSlot is not null),
        "catch_varargs" => Numbers.Box(body.RestSlot is not null),
        "caller" => Numbers.Box(body.UsesCaller),
        "explicit_caller" => Numbers.Box(body.HasCallerParameter),
        _ => Missing.Value,
    };

    private void BindArguments(Scope scope, Arguments arguments)
    {
        int taken = Math.Min(arguments.Count, body.Parameters.Count);
        for (int i = 0; i < taken; i++)
            body.Parameters[i].Variable!.Store(scope, arguments.Positional[i]);
        List<KeyValuePair<string, object?>> named = [.. arguments.Named];
        bool foundCaller = taken == body.Parameters.Count && body.HasCallerParameter;
        for (int i = taken; i < body.Parameters.Count; i++)
        {
            string parameter = body.Parameters[i].Name;
            foundCaller |= parameter == "caller";
            int at = named.FindIndex(n => n.Key == parameter);
            if (at < 0)
                continue;
            body.Parameters[i].Variable!.Store(scope, named[at].Value);
            named.RemoveAt(at);
        }

        BindCaller(scope, named, foundCaller);
        BindRest(scope, arguments, named);
    }

    private void BindCaller(Scope scope, List<KeyValuePair<string, object?>> named, bool found)
    {
        if (!body.UsesCaller || found || body.CallerSlot is null)
            return;
        int at = named.FindIndex(n => n.Key == "caller");
        object? caller = at < 0 ? null : named[at].Value;
        if (at >= 0)
            named.RemoveAt(at);
        body.CallerSlot.Store(scope, caller ?? Undefined.Because("No caller defined"));
    }

    private void BindRest(Scope scope, Arguments arguments, List<KeyValuePair<string, object?>> named)
    {
        string shown = Name is null ? "None" : Display.QuoteText(Name);
        if (body.KeywordSlot is not null)
            body.KeywordSlot.Store(scope, Globals.ToDict([.. named]));
        else if (named.Any(n => n.Key == "caller"))
            throw Fail.Type($"macro {shown} was invoked with two values for the special caller argument. This is most likely a bug.");
        else if (named.Count > 0)
            throw Fail.Type($"macro {shown} takes no keyword argument {Display.QuoteText(named[0].Key)}");
        if (body.RestSlot is not null)
            body.RestSlot.Store(scope, new PyTuple(arguments.Count > body.Parameters.Count ? arguments.Positional[body.Parameters.Count..] : []));
        else if (arguments.Count > body.Parameters.Count)
            throw Fail.Type($"macro {shown} takes not more than {body.Parameters.Count} argument(s)");
    }
}
