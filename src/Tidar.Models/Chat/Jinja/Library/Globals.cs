namespace Tidar.Models.Chat.Jinja;

/// <summary>The functions that every template can call: Jinja2's, and the two that Hugging Face adds.</summary>
internal static class Globals
{
    private const int LongestRange = 100_000;

    private static readonly Signature Message = new("message");
    private static readonly Signature Format = new("format");
    private static readonly Signature Separator = new("sep=None");

    private static readonly Dictionary<string, object> Table = new Function[]
    {
        new("range", "function", (_, a) => Range(a)),
        new("dict", "type", (run, a) => Dict(run.Budget, a)),
        new("namespace", "type", (run, a) => new Namespace(Dict(run.Budget, a))),
        new("cycler", "type", (_, a) => new Cycler(a)),
        new("joiner", "type", (_, a) => new Joiner(Separator.Bind("joiner", a)[0] ?? ", ")),
        new("lipsum", "function", LoremIpsum.Generate),
        new("raise_exception", "function", RaiseException),
        new("strftime_now", "function", (run, a) => DateText.Format(run.Budget, run.Now, PythonText.Require(Format.Bind("strftime_now", a)[0]))),
    }.ToDictionary(f => f.Name, f => (object)f);

    /// <summary>The built-in of a name; null where there is none.</summary>
    public static object? Find(string name) => Table.GetValueOrDefault(name);

    /// <summary>Named arguments as a dict.</summary>
    public static PyDict ToDict(KeyValuePair<string, object?>[] named)
    {
        PyDict dict = new(named.Length);
        foreach ((string key, object? value) in named)
            dict.Set(key, value);
        return dict;
    }

    private static object? RaiseException(RenderContext run, Arguments arguments) =>
        throw new TemplateException(TemplateErrorKind.Raised, Display.Str(run.Budget, Message.Bind("raise_exception", arguments)[0]));

    private static PyDict Dict(Budget budget, Arguments arguments)
    {
        if (arguments.Count > 1)
            throw Fail.Type($"dict expected at most 1 argument, got {arguments.Count}");
        PyDict dict = new();
        if (arguments.Count == 1 && arguments.Positional[0] is PyDict source)
        {
            dict = DictMethods.Copy(budget, source);
        }
        else if (arguments.Count == 1)
        {
            int index = 0;
            foreach (object? pair in Iteration.Of(budget, arguments.Positional[0]))
            {
                budget.Entries(dict.Count, 1);
                if (!Iteration.IsIterable(pair))
                    throw Fail.Type($"cannot convert dictionary update sequence element #{index} to a sequence");
                object?[] parts = Iteration.ToArray(budget, pair);
                if (parts.Length != 2)
                    throw Fail.Value($"dictionary update sequence element #{index} has length {parts.Length}; 2 is required");
                dict.Set(budget, parts[0], parts[1]);
                index++;
            }
        }

        foreach ((string key, object? value) in arguments.Named)
            dict.Set(key, value);
        return dict;
    }

    private static PyRange Range(Arguments arguments)
    {
        if (arguments.Named.Length > 0)
            throw Fail.Type("range() takes no keyword arguments");
        object?[] given = arguments.Positional;
        if (given.Length is 0 or > 3)
            throw Fail.Type($"range expected 1 to 3 arguments, got {given.Length}");
        long start = given.Length == 1 ? 0 : Bound(given[0]);
        long stop = Bound(given[given.Length == 1 ? 0 : 1]);
        long step = given.Length == 3 ? Bound(given[2]) : 1;
        if (step == 0)
            throw Fail.Value("range() arg 3 must not be zero");
        PyRange range = new(start, stop, step);
        if (range.Count > LongestRange)
            throw Fail.Arithmetic($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({LongestRange}).");
        return range;
    }

    private static long Bound(object? value)
    {
        if (Numbers.TryLong(value, out long bound))
            return bound;
        if (value is System.Numerics.BigInteger)
            throw Fail.Arithmetic("Python int too large to convert to C ssize_t");
        throw Fail.Type($"'{Display.TypeName(value)}' object cannot be interpreted as an integer");
    }
}
