namespace Tidar.Models.Chat.Jinja;

/// <summary>The arguments of a call as written.</summary>
internal sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Rest, Expression? NamedRest)
{
    public static readonly ArgumentList Empty = new([], [], null, null);

    public IEnumerable<Node> Children
    {
        get
        {
            IEnumerable<Node> written = [.. Positional, .. Named.Select(n => n.Value)];
            if (Rest is not null)
                written = written.Append(Rest);
            return NamedRest is null ? written : written.Append(NamedRest);
        }
    }

    /// <summary>Evaluates them; <paramref name="caller"/> is added by name for a <c>call</c> block.</summary>
    public Arguments Evaluate(Scope scope, object? caller = null)
    {
        scope.Step(Positional.Length + Named.Length);
        object?[] positional = Positional.Length == 0 ? [] : Array.ConvertAll(Positional, p => p.Evaluate(scope));
        if (Named.Length == 0 && Rest is null && NamedRest is null && caller is null)
            return new Arguments(positional);
        List<KeyValuePair<string, object?>> named = [.. Named.Select(n => new KeyValuePair<string, object?>(n.Name, n.Value.Evaluate(scope)))];
        if (caller is not null)
            named.Add(new("caller", caller));
        if (Rest is not null)
            positional = [.. positional, .. Iteration.ToArray(scope.Budget, Rest.Evaluate(scope))];
        if (NamedRest is not null)
            AddRest(named, NamedRest.Evaluate(scope));
        return new Arguments(positional, [.. named]);
    }

    private static void AddRest(List<KeyValuePair<string, object?>> named, object? rest)
    {
        PyDict dict = rest as PyDict ?? throw Fail.Type($"argument after ** must be a mapping, not {Display.TypeName(rest)}");
        HashSet<string> taken = [.. named.Select(n => n.Key)];
        foreach ((object? key, object? value) in dict.Entries)
        {
            string name = PythonText.AsText(key) ?? throw Fail.Type("keywords must be strings");
            if (!taken.Add(name))
                throw Fail.Type($"got multiple values for keyword argument '{name}'");
            named.Add(new(name, value));
        }
    }
}
