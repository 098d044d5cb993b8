namespace Tidar.Models.Chat.Jinja;

/// <content>Filters that walk a sequence.</content>
internal static partial class Filters
{
    private static IEnumerable<Filter> Sequences() =>
    [
        new("first", "", (run, v, _) => First(Iteration.Of(run.Budget, v), "No first item, sequence was empty.")),
        new("last", "", (run, v, _) => Iteration.TryReverse(run.Budget, v, out IEnumerable<object?> items)
            ? First(items, "No last item, sequence was empty.")
            : throw Fail.Type($"'{Display.TypeName(v)}' object is not reversible")),
        new("list", "", (run, v, _) => new PyList(Iteration.ToArray(run.Budget, v))),
        new("join", "d='', attribute=None", (run, v, a) => Join(run, v, a)),
        new("reverse", "", (run, v, _) => Reverse(run.Budget, v)),
        new("sort", "reverse=False, case_sensitive=False, attribute=None", (run, v, a) => new PyList(Sorting.Sort(
            run.Budget, Iteration.ToArray(run.Budget, v), AttributeGetter.Several(run, a[2], ignoreCase: !Comparison.IsTrue(a[1])), Comparison.IsTrue(a[0])))),
        new("dictsort", "case_sensitive=False, by='key', reverse=False", (run, v, a) => DictSort(run, v, a)),
        new("unique", "case_sensitive=False, attribute=None", (run, v, a) => new PyIterator(Unique(run, v, a), name: "sync_do_unique")),
        new("min", "case_sensitive=False, attribute=None", (run, v, a) => Extreme(run, v, a, "<")),
        new("max", "case_sensitive=False, attribute=None", (run, v, a) => Extreme(run, v, a, ">")),
        new("sum", "attribute=None, start=0", (run, v, a) => Sum(run, v, a)),
        new("batch", "linecount, fill_with=None", (run, v, a) => new PyIterator(Batch(run.Budget, v, a), name: "do_batch")),
        new("slice", "slices, fill_with=None", (run, v, a) => new PyIterator(Slice(run.Budget, v, a), name: "sync_do_slice")),
        new("groupby", "attribute, default=None, case_sensitive=False", (run, v, a) => GroupBy(run, v, a)),
    ];

    private static object? First(IEnumerable<object?> items, string otherwise)
    {
        foreach (object? item in items)
            return item;
        return Undefined.Because(otherwise);
    }

    private static object? Join(RenderContext run, object? value, object?[] a)
    {
        Budget budget = run.Budget;
        IEnumerable<object?> items = Iteration.Of(budget, value);
        if (a[1] is not null)
            items = items.Select(AttributeGetter.One(run, a[1]));
        bool markup = false;
        if (run.Autoescape)
        {
            items = items.ToArray();
            markup = a[0] is Markup || items.Any(i => i is Markup);
        }

        string Part(object? part) => markup ? Markup.Escape(budget, part).Text : Display.Str(budget, part);
        string separator = Part(a[0]);
        TextBuilder text = new(budget);
        bool first = true;
        foreach (object? item in items)
        {
            budget.Step();
            if (!first)
                text.Append(separator);
            first = false;
            text.Append(Part(item));
        }

        return markup ? new Markup(text.ToString()) : text.ToString();
    }

    private static object? Reverse(Budget budget, object? value)
    {
        if (value is string or Markup)
            return Indexing.Slice(budget, value, null, null, Numbers.Box(-1L));
        if (Iteration.TryReverse(budget, value, out IEnumerable<object?> items))
            return new PyIterator(items, value is PyList ? "list_reverseiterator" : "reversed");
        if (!Iteration.IsIterable(value))
            throw Fail.Runtime("argument must be iterable");
        object?[] all = Iteration.ToArray(budget, value);
        Array.Reverse(all);
        return new PyList(all);
    }

    private static PyList DictSort(RenderContext run, object? value, object?[] a)
    {
        Budget budget = run.Budget;
        int part = PythonText.AsText(a[1]) switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw Fail.Runtime("You can only sort by either \"key\" or \"value\""),
        };
        PyDict dict = value as PyDict ?? throw (value is Undefined undefined
            ? undefined.Error()
            : Fail.Lookup($"'{Display.TypeName(value)}' object has no attribute 'items'"));
        bool ignoreCase = !Comparison.IsTrue(a[0]);
        object?[] pairs = Iteration.ToArray(budget, new DictView(dict, DictViewKind.Items));
        return new PyList(Sorting.Sort(
            budget,
            pairs,
            pair => ignoreCase ? AttributeGetter.Lowered(budget, ((PyTuple)pair!).Items[part]) : ((PyTuple)pair!).Items[part],
            Comparison.IsTrue(a[2])));
    }

    private static IEnumerable<object?> Unique(RenderContext run, object? value, object?[] a)
    {
        Func<object?, object?> key = AttributeGetter.One(run, a[1], ignoreCase: !Comparison.IsTrue(a[0]));
        HashSet<object> seen = [];
        foreach (object? item in Iteration.Of(run.Budget, value))
        {
            run.Budget.Entries(seen.Count, 1);
            if (seen.Add(HashKey.Of(run.Budget, key(item))))
                yield return item;
        }
    }

    private static object? Extreme(RenderContext run, object? value, object?[] a, string better)
    {
        Func<object?, object?> key = AttributeGetter.One(run, a[1], ignoreCase: !Comparison.IsTrue(a[0]));
        object? best = Missing.Value;
        object? bestKey = null;
        foreach (object? item in Iteration.Of(run.Budget, value))
        {
            run.Budget.Step();
            object? itemKey = key(item);
            if (best is Missing || Comparison.Order(run.Budget, better, itemKey, bestKey))
                (best, bestKey) = (item, itemKey);
        }

        return best is Missing ? Undefined.Because("No aggregated item, sequence was empty.") : best;
    }

    private static object? Sum(RenderContext run, object? value, object?[] a)
    {
        if (a[1] is string or Markup)
            throw Fail.Type("sum() can't sum strings [use ''.join(seq) instead]");
        Func<object?, object?> item = AttributeGetter.One(run, a[0]);
        object? sum = a[1];
        foreach (object? next in Iteration.Of(run.Budget, value))
        {
            run.Budget.Step();
            sum = Operators.Add(run.Budget, sum, item(next));
        }

        return sum;
    }

    private static IEnumerable<object?> Batch(Budget budget, object? value, object?[] a)
    {
        List<object?> batch = [];
        foreach (object? item in Iteration.Of(budget, value))
        {
            budget.Items(batch.Count, 1);
            if (Numbers.TryLong(a[0], out long full) && batch.Count == full)
            {
                yield return new PyList(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count == 0)
            yield break;
        if (a[1] is not null)
        {
            long missing = Math.Max(Numbers.ToInt(a[0]) - (long)batch.Count, 0);
            budget.Items(batch.Count + missing);
            batch.AddRange(Enumerable.Repeat(a[1], (int)missing));
        }

        yield return new PyList(batch);
    }

    private static IEnumerable<object?> Slice(Budget budget, object? value, object?[] a)
    {
        object?[] items = Iteration.ToArray(budget, value);
        int slices = Numbers.ToInt(a[0]);
        if (slices == 0)
            throw Fail.Arithmetic("integer division or modulo by zero");
        int size = items.Length / Math.Max(slices, 1);
        int larger = items.Length % Math.Max(slices, 1);
        int at = 0;
        for (int i = 0; i < slices; i++)
        {
            int count = size + (i < larger ? 1 : 0);
            budget.Items(count + 1);
            IEnumerable<object?> part = items[at..(at + count)];
            yield return new PyList(a[1] is not null && i >= larger ? part.Append(a[1]) : part);
            at += count;
        }
    }

    private static PyList GroupBy(RenderContext run, object? value, object?[] a)
    {
        Budget budget = run.Budget;
        bool ignoreCase = !Comparison.IsTrue(a[2]);
        Func<object?, object?> key = AttributeGetter.One(run, a[0], ignoreCase, a[1]);
        Func<object?, object?> shown = AttributeGetter.One(run, a[0], otherwise: a[1]);
        object?[] sorted = Sorting.Sort(budget, Iteration.ToArray(budget, value), key, reverse: false);
        List<object?> groups = [];
        for (int at = 0; at < sorted.Length;)
        {
            int start = at;
            object? current = key(sorted[at]);
            while (at < sorted.Length && Comparison.Equals(budget, current, key(sorted[at])))
                at++;
            groups.Add(new GroupTuple(ignoreCase ? shown(sorted[start]) : current, new PyList(sorted[start..at])));
        }

        return new PyList(groups);
    }
}
