namespace Tidar.Models.Chat.Jinja;

/// <summary>All built-in filters of Jinja2 3.1, with Hugging Face's <c>tojson</c>.</summary>
internal static partial class Filters
{
    private static readonly Dictionary<string, Filter> Table =
        Values().Concat(Texts()).Concat(Markups()).Concat(Sequences()).Concat(Selections()).ToDictionary(f => f.Name);

    /// <summary>The filter of a name; null where there is none.</summary>
    public static Filter? Find(string name) => Table.GetValueOrDefault(name);

    private static IEnumerable<Filter> Values() =>
    [
        .. Named(["default", "d"], "default_value='', boolean=False", (_, v, a) =>
            v is Undefined || (Comparison.IsTrue(a[1]) && !Comparison.IsTrue(v)) ? a[0] : v),
        .. Named(["length", "count"], "", (run, v, _) => Numbers.Box((long)Iteration.Length(run.Budget, v))),
        new("abs", "", (run, v, _) => Abs(run.Budget, v)),
        new("int", "default=0, base=10", (run, v, a) => ToInteger(run.Budget, v, a[0], Numbers.ToInt(a[1]))),
        new("float", "default=0.0", (run, v, a) => ToFloat(run.Budget, v, a[0])),
        new("round", "precision=0, method='common'", (run, v, a) => Round(run.Budget, v, a[0], a[1])),
        new("string", "", (run, v, _) => v is Markup ? v : Display.Str(run.Budget, v)),
        new("attr", "name", (run, v, a) => PythonText.AsText(a[0]) is not string name
            ? throw Fail.Type("attribute name must be string")
            : Attributes.TryAttribute(run, v, name, out object? attribute) ? attribute : Undefined.Member(v, name)),
        new("items", "", (run, v, _) => new PyIterator(Pairs(v), name: "do_items")),
        new("tojson", "ensure_ascii=False, indent=None, separators=None, sort_keys=False", (run, v, a) =>
            JsonText.Write(run.Budget, v, Comparison.IsTrue(a[0]), a[1], a[2], Comparison.IsTrue(a[3]))),
        new("pprint", "", (run, v, _) => PrettyPrint.Format(run.Budget, v)),
        new("filesizeformat", "binary=False", (run, v, a) => FileSize(run.Budget, v, Comparison.IsTrue(a[0]))),
        new("random", "", (run, v, _) => Iteration.Length(run.Budget, v) is > 0 and int count
            ? Attributes.GetItem(run, v, Numbers.Box((long)run.Random.Next(count)))
            : Undefined.Because("No random item, sequence was empty.")),
    ];

    private static IEnumerable<Filter> Named(string[] names, string signature, Func<RenderContext, object?, object?[], object?> apply) =>
        names.Select(name => new Filter(name, signature, apply));

    /// <summary>Text as it stands, anything else as it prints.</summary>
    private static object Soft(Budget budget, object? value) => value as Markup ?? (object)Display.Str(budget, value);

    private static object? Abs(Budget budget, object? value) => value switch
    {
        double number => Math.Abs(number),
        _ when Numbers.TryInteger(value, out var integer) => budget.Integer(System.Numerics.BigInteger.Abs(integer)),
        Undefined undefined => throw Fail.Type("bad operand type for abs(): 'Undefined'"),
        _ => throw Fail.Type($"bad operand type for abs(): '{Display.TypeName(value)}'"),
    };

    private static object? ToInteger(Budget budget, object? value, object? otherwise, int numberBase)
    {
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Error();
            case double number:
                return double.IsNaN(number) ? otherwise : Numbers.Truncate(budget, number);
            case var _ when Numbers.TryInteger(value, out var integer):
                return budget.Integer(integer);
            default:
                if (PythonText.AsText(value) is not string text)
                    return otherwise;
                if (Numbers.TryParseInteger(budget, text, numberBase, out object? parsed))
                    return parsed;
                return Numbers.TryParseDouble(budget, text, out double real) && double.IsFinite(real) ? Numbers.Truncate(budget, real) : otherwise;
        }
    }

    private static object? ToFloat(Budget budget, object? value, object? otherwise)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (Numbers.IsNumber(value))
            return Numbers.ToDouble(value);
        return PythonText.AsText(value) is string text && Numbers.TryParseDouble(budget, text, out double number) ? number : otherwise;
    }

    private static object? Round(Budget budget, object? value, object? precision, object? method)
    {
        string how = PythonText.AsText(method) ?? "";
        if (how is not ("common" or "ceil" or "floor"))
            throw Fail.Runtime("method must be common, ceil or floor");
        if (how != "common")
        {
            object? scale = Operators.Power(budget, Numbers.Box(10L), precision);
            object? scaled = Operators.Multiply(budget, value, scale);
            if (scaled is double real)
                scaled = Numbers.Truncate(budget, how == "ceil" ? Math.Ceiling(real) : Math.Floor(real));
            else if (!Numbers.IsInteger(scaled))
                throw Fail.Type($"must be real number, not {Display.TypeName(scaled)}");
            return Operators.Divide(budget, scaled, scale);
        }

        if (value is double number)
            return precision is null ? Numbers.Truncate(budget, FloatText.Round(number, 0)) : FloatText.Round(number, Numbers.ToInt(precision));
        if (!Numbers.TryInteger(value, out var integer))
            throw Fail.Type($"type {Display.TypeName(value)} doesn't define __round__ method");
        int digits = precision is null ? 0 : Numbers.ToInt(precision);
        return digits >= 0 ? budget.Integer(integer) : RoundInteger(budget, integer, -(long)digits);
    }

    private static object RoundInteger(Budget budget, System.Numerics.BigInteger value, long zeros)
    {
        if (zeros > 1000)
            return Numbers.Box(0L);
        System.Numerics.BigInteger unit = System.Numerics.BigInteger.Pow(10, (int)zeros);
        System.Numerics.BigInteger rest = System.Numerics.BigInteger.Remainder(value, unit);
        rest = rest.Sign < 0 ? rest + unit : rest;
        System.Numerics.BigInteger low = value - rest;
        int half = (rest * 2).CompareTo(unit);
        bool up = half > 0 || (half == 0 && !(low / unit).IsEven);
        return budget.Integer(up ? low + unit : low);
    }

    private static IEnumerable<object?> Pairs(object? value)
    {
        if (value is Undefined)
            yield break;
        PyDict dict = value as PyDict ?? throw Fail.Type("Can only get item pairs from a mapping.");
        foreach (object? pair in new DictView(dict, DictViewKind.Items).Values())
            yield return pair;
    }

    private static double RequireFloat(Budget budget, object? value)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (Numbers.IsNumber(value))
            return Numbers.ToDouble(value);
        if (PythonText.AsText(value) is not string text)
            throw Fail.Type($"float() argument must be a string or a real number, not '{Display.TypeName(value)}'");
        return Numbers.TryParseDouble(budget, text, out double number)
            ? number
            : throw Fail.Value($"could not convert string to float: {Display.QuoteText(text)}");
    }

    private static string FileSize(Budget budget, object? value, bool binary)
    {
        double bytes = RequireFloat(budget, value);
        double unit = binary ? 1024 : 1000;
        if (bytes == 1)
            return "1 Byte";
        if (bytes < unit)
            return $"{Display.Str(budget, Numbers.Truncate(budget, bytes))} Bytes";
        string[] prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
        int step = 0;
        while (step < prefixes.Length - 1 && bytes >= Math.Pow(unit, step + 2))
            step++;
        string prefix = binary ? prefixes[step].ToUpperInvariant() + "iB" : prefixes[step] + "B";
        return $"{FormatSpec.Apply(budget, unit * bytes / Math.Pow(unit, step + 2), ".1f")} {prefix}";
    }
}
