using System.Globalization;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// What a filter's <c>attribute</c> argument selects from an item: nothing, an index, or a path such as <c>"function.name"</c> or <c>"0.id"</c>.
/// </summary>
internal static class AttributeGetter
{
    /// <summary>One path. <paramref name="otherwise"/>, unless none, replaces what is undefined.</summary>
    public static Func<object?, object?> One(RenderContext run, object? attribute, bool ignoreCase = false, object? otherwise = null)
    {
        if (PythonText.AsText(attribute) is string text)
            run.Budget.Items(text.Length);
        object?[] path = Path(attribute);
        return item =>
        {
            object? value = Follow(run, item, path, otherwise);
            return ignoreCase ? Lowered(run.Budget, value) : value;
        };
    }

    /// <summary>One or more paths separated by commas; the result is a list, to sort by one after the other.</summary>
    public static Func<object?, object?> Several(RenderContext run, object? attribute, bool ignoreCase)
    {
        if (PythonText.AsText(attribute) is string all)
            run.Budget.Items(all.Length);
        object?[][] paths = PythonText.AsText(attribute) is string text ? [.. text.Split(',').Select(Path)] : [Path(attribute)];
        return item =>
        {
            object?[] values = Array.ConvertAll(paths, path => Follow(run, item, path, null));
            return new PyList(ignoreCase ? Array.ConvertAll(values, v => Lowered(run.Budget, v)) : values);
        };
    }

    /// <summary>Text in lower case, anything else as it is.</summary>
    public static object? Lowered(Budget budget, object? value) =>
        PythonText.AsText(value) is string text ? Casing.Lower(budget, text) : value;

    private static object? Follow(RenderContext run, object? item, object?[] path, object? otherwise)
    {
        run.Budget.Step(path.Length);
        foreach (object? part in path)
        {
            item = Attributes.GetItem(run, item, part);
            if (otherwise is not null && item is Undefined)
                item = otherwise;
        }

        return item;
    }

    private static object?[] Path(object? attribute)
    {
        if (attribute is null)
            return [];
        if (PythonText.AsText(attribute) is not string text)
            return [attribute];
        return [.. text.Split('.').Select(part => part.Length is > 0 and < 18 && part.All(char.IsAsciiDigit)
            ? Numbers.Box(long.Parse(part, CultureInfo.InvariantCulture))
            : (object)part)];
    }
}
