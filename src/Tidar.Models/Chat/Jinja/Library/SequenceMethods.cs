using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>The methods of lists, tuples, ranges and bytes that only read.</summary>
internal static class SequenceMethods
{
    public static readonly Dictionary<string, Method> Bytes = new Method[]
    {
        new("decode", new("encoding='utf-8', errors='strict'"), (run, self, _) => Decode(run.Budget, (PyBytes)self)),
        new("hex", new(""), (run, self, _) => run.Budget.Text(Convert.ToHexStringLower(((PyBytes)self).Data))),
    }.ToDictionary(m => m.Name);

    private static readonly Dictionary<string, Method> Common = new Method[]
    {
        new("count", new("value, /"), (run, self, a) => Numbers.Box((long)Iteration.Of(run.Budget, self).Count(i => Same(run.Budget, i, a[0])))),
        new("index", new("value, start=0, stop=None, /"), Index),
    }.ToDictionary(m => m.Name);

    private static readonly Dictionary<string, Method> List = new Method[]
    {
        new("copy", new(""), (run, self, _) => new PyList(Iteration.ToArray(run.Budget, self))),
    }.ToDictionary(m => m.Name);

    private static readonly Dictionary<string, Method> Group = new Method[]
    {
        new("grouper", null, (_, self, _) => ((GroupTuple)self).Items[0]),
        new("list", null, (_, self, _) => ((GroupTuple)self).Items[1]),
    }.ToDictionary(m => m.Name);

    private static readonly Dictionary<string, Method> Range = new Method[]
    {
        new("start", null, (_, self, _) => Numbers.Box(((PyRange)self).Start)),
        new("stop", null, (_, self, _) => Numbers.Box(((PyRange)self).Stop)),
        new("step", null, (_, self, _) => Numbers.Box(((PyRange)self).Step)),
    }.ToDictionary(m => m.Name);

    /// <summary>The method of a name; null where the type has none.</summary>
    public static Method? Find(object self, string name)
    {
        if (Common.TryGetValue(name, out Method? method))
            return method;
        Dictionary<string, Method>? own = self switch { PyList => List, GroupTuple => Group, PyRange => Range, _ => null };
        return own?.GetValueOrDefault(name);
    }

    private static bool Same(Budget budget, object? item, object? value)
    {
        budget.Step();
        return Comparison.Equals(budget, item, value);
    }

    private static object? Index(RenderContext run, object self, object?[] a)
    {
        object?[] items = self is PySequence sequence ? sequence.Items : Iteration.ToArray(run.Budget, self);
        (int first, int count, _) = Indexing.Bounds(items.Length, Numbers.ToInt(a[1]), a[2] is null ? null : Numbers.ToInt(a[2]), 1);
        for (int i = first; i < first + count; i++)
        {
            if (Same(run.Budget, items[i], a[0]))
                return Numbers.Box((long)i);
        }

        string type = Display.TypeName(self);
        throw Fail.Value(self is PyList ? $"{Display.Short(a[0])} is not in list" : $"{type}.index(x): x not in {type}");
    }

    private static string Decode(Budget budget, PyBytes bytes)
    {
        budget.Text(bytes.Data.Length);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Data);
        }
        catch (DecoderFallbackException)
        {
            throw Fail.Value("'utf-8' codec can't decode the bytes");
        }
    }
}
