namespace Tidar.Models.Chat.Jinja;

/// <content>Filters that apply another filter or test to every item.</content>
internal static partial class Filters
{
    private static IEnumerable<Filter> Selections() =>
    [
        new("map", (run, v, a) => new PyIterator(Map(run, v, a), name: "sync_do_map")),
        Selecting("select", keep: true, byAttribute: false),
        Selecting("reject", keep: false, byAttribute: false),
        Selecting("selectattr", keep: true, byAttribute: true),
        Selecting("rejectattr", keep: false, byAttribute: true),
    ];

    private static Filter Selecting(string name, bool keep, bool byAttribute) =>
        new(name, (run, v, a) => new PyIterator(Select(run, v, a, keep, byAttribute), name: "select_or_reject"));

    private static IEnumerable<object?> Map(RenderContext run, object? value, Arguments arguments)
    {
        if (!Comparison.IsTrue(value))
            yield break;
        Func<object?, object?> function = MapFunction(run, arguments);
        foreach (object? item in Iteration.Of(run.Budget, value))
        {
            run.Budget.Step();
            yield return function(item);
        }
    }

    private static Func<object?, object?> MapFunction(RenderContext run, Arguments arguments)
    {
        if (arguments.Count == 0 && arguments.Named.Any(n => n.Key == "attribute"))
        {
            object? Named(string name) => arguments.Named.FirstOrDefault(n => n.Key == name).Value;
            if (arguments.Named.FirstOrDefault(n => n.Key is not ("attribute" or "default")).Key is string unexpected)
                throw Fail.Runtime($"Unexpected keyword argument {Display.QuoteText(unexpected)}");
            return AttributeGetter.One(run, Named("attribute"), otherwise: Named("default"));
        }

        if (arguments.Count == 0)
            throw Fail.Runtime("map requires a filter argument");
        Filter filter = Find(NameOf("filter", arguments.Positional[0])) ?? throw NotFound("filter", arguments.Positional[0]);
        Arguments rest = arguments.Skip(1);
        return item => filter.Apply(run, item, rest);
    }

    private static IEnumerable<object?> Select(RenderContext run, object? value, Arguments arguments, bool keep, bool byAttribute)
    {
        if (!Comparison.IsTrue(value))
            yield break;
        if (byAttribute && arguments.Count == 0)
            throw Fail.Runtime("Missing parameter for attribute name");
        Func<object?, object?> subject = byAttribute ? AttributeGetter.One(run, arguments.Positional[0]) : item => item;
        Arguments rest = arguments.Skip(byAttribute ? 1 : 0);
        Func<object?, bool> holds = Comparison.IsTrue;
        if (rest.Count > 0)
        {
            object? name = rest.Positional[0];
            rest = rest.Skip(1);
            holds = item => Comparison.IsTrue((Tests.Find(NameOf("test", name)) ?? throw NotFound("test", name)).Apply(run, item, rest));
        }

        foreach (object? item in Iteration.Of(run.Budget, value))
        {
            run.Budget.Step();
            if (holds(subject(item)) == keep)
                yield return item;
        }
    }

    private static string NameOf(string kind, object? name) => PythonText.AsText(name) ?? throw NotFound(kind, name);

    private static TemplateException NotFound(string kind, object? name) =>
        Fail.Runtime($"No {kind} named {Display.Short(name)}.");
}
