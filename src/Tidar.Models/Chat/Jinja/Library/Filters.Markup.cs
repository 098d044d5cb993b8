namespace Tidar.Models.Chat.Jinja;

/// <content>Filters on HTML.</content>
internal static partial class Filters
{
    // What would end an attribute's name in HTML.
    private static readonly System.Buffers.SearchValues<char> NameEnds = System.Buffers.SearchValues.Create(" \t\n\r\f\v/>=");

    private static IEnumerable<Filter> Markups() =>
    [
        .. Named(["escape", "e"], "", (run, v, _) => Markup.Escape(run.Budget, v)),
        new("forceescape", "", (run, v, _) => new Markup(Markup.EscapeText(run.Budget, Display.Str(run.Budget, v)))),
        new("safe", "", (run, v, _) => v as Markup ?? new Markup(Display.Str(run.Budget, v))),
        new("striptags", "", (run, v, _) => HtmlText.StripTags(run.Budget, Display.Str(run.Budget, v))),
        new("urlize", "trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None", Urlize.Apply),
        new("xmlattr", "autospace=True", (run, v, a) => XmlAttributes(run, v, Comparison.IsTrue(a[0]))),
    ];

    private static object XmlAttributes(RenderContext run, object? value, bool space)
    {
        Budget budget = run.Budget;
        PyDict dict = value as PyDict ?? throw (value is Undefined undefined
            ? undefined.Error()
            : Fail.Lookup($"'{Display.TypeName(value)}' object has no attribute 'items'"));
        TextBuilder text = new(budget);
        foreach ((object? key, object? attribute) in dict.Entries)
        {
            if (attribute is null or Undefined)
                continue;
            string name = PythonText.AsText(key) ?? throw Fail.Type($"expected string or bytes-like object, got '{Display.TypeName(key)}'");
            if (name.AsSpan().IndexOfAny(NameEnds) >= 0)
                throw Fail.Value($"Invalid character in attribute name: {Display.QuoteText(name)}");
            text.Append(text.Length > 0 || space ? " " : "")
                .Append(Markup.Escape(budget, key).Text)
                .Append("=\"")
                .Append(Markup.Escape(budget, attribute).Text)
                .Append('"');
        }

        return run.MarkupIfEscaping(text.ToString());
    }
}
