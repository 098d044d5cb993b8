namespace Tidar.Models.Chat.Jinja;

/// <summary>The methods of <c>dict</c> that only read, and those of its views.</summary>
internal static class DictMethods
{
    public static readonly Dictionary<string, Method> Table = new Method[]
    {
        new("get", new("key, default=None, /"), (run, self, a) => ((PyDict)self).TryGet(run.Budget, a[0], out object? value) ? value : a[1]),
        new("keys", new(""), (_, self, _) => new DictView((PyDict)self, DictViewKind.Keys)),
        new("values", new(""), (_, self, _) => new DictView((PyDict)self, DictViewKind.Values)),
        new("items", new(""), (_, self, _) => new DictView((PyDict)self, DictViewKind.Items)),
        new("copy", new(""), (run, self, _) => Copy(run.Budget, (PyDict)self)),
        new("fromkeys", new("iterable, value=None, /"), FromKeys),
    }.ToDictionary(m => m.Name);

    public static readonly Dictionary<string, Method> ViewTable = new Method[]
    {
        new("mapping", null, (_, self, _) => ((DictView)self).Dict),
        new("isdisjoint", new("other, /"), (run, self, a) => Numbers.Box(!Iteration.Of(run.Budget, a[0]).Any(i => Comparison.Contains(run.Budget, self, i)))),
    }.ToDictionary(m => m.Name);

    /// <summary>A copy of one level.</summary>
    public static PyDict Copy(Budget budget, PyDict dict)
    {
        budget.Entries(dict.Count, dict.Count);
        PyDict copy = new(dict.Count);
        foreach ((object? key, object? value) in dict.Entries)
            copy.Set(budget, key, value);
        return copy;
    }

    private static PyDict FromKeys(RenderContext run, object self, object?[] a)
    {
        PyDict dict = new();
        foreach (object? key in Iteration.Of(run.Budget, a[0]))
        {
            run.Budget.Entries(dict.Count, 1);
            dict.Set(run.Budget, key, a[1]);
        }

        return dict;
    }
}
