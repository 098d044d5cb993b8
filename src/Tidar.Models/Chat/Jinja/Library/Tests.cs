using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>All built-in tests of Jinja2 3.1.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Test> Table = All().ToDictionary(t => t.Name);

    /// <summary>The test of a name; null where there is none.</summary>
    public static Test? Find(string name) => Table.GetValueOrDefault(name);

    private static IEnumerable<Test> All() => [.. Types(), .. Values(), .. Comparisons()];

    private static IEnumerable<Test> Types() =>
    [
        new("defined", "", (_, v, _) => v is not Undefined),
        new("undefined", "", (_, v, _) => v is Undefined),
        new("none", "", (_, v, _) => v is null),
        new("boolean", "", (_, v, _) => v is bool),
        new("true", "", (_, v, _) => v is true),
        new("false", "", (_, v, _) => v is false),
        new("integer", "", (_, v, _) => v is long or BigInteger),
        new("float", "", (_, v, _) => v is double),
        new("number", "", (_, v, _) => Numbers.IsNumber(v)),
        new("string", "", (_, v, _) => v is string or Markup),
        new("mapping", "", (_, v, _) => v is PyDict),
        new("sequence", "", (_, v, _) => v is PySequence or string or Markup or PyDict or PyRange or PyBytes or Undefined),
        new("iterable", "", (_, v, _) => Iteration.IsIterable(v)),
        new("callable", "", (_, v, _) => v is ICallable or Undefined),
        new("escaped", "", (_, v, _) => v is Markup),
        new("filter", "", (run, v, _) => HashKey.Of(run.Budget, v) is string name && Filters.Find(name) is not null),
        new("test", "", (run, v, _) => HashKey.Of(run.Budget, v) is string name && Find(name) is not null),
    ];

    private static IEnumerable<Test> Values() =>
    [
        new("odd", "", (run, v, _) => IsRemainder(run, v, 2L, 1L)),
        new("even", "", (run, v, _) => IsRemainder(run, v, 2L, 0L)),
        new("divisibleby", "num", (run, v, a) => IsRemainder(run, v, a[0], 0L)),
        new("lower", "", (run, v, _) => StringMethods.Cased(Display.Str(run.Budget, v), Casing.IsLower)),
        new("upper", "", (run, v, _) => StringMethods.Cased(Display.Str(run.Budget, v), Casing.IsUpper)),
        new("sameas", "other", (_, v, a) => IsSame(v, a[0])),
        new("in", "seq", (run, v, a) => Comparison.Contains(run.Budget, a[0], v)),
    ];

    private static IEnumerable<Test> Comparisons()
    {
        (string Operator, string[] Names)[] orders =
        [
            (">", [">", "gt", "greaterthan"]), (">=", [">=", "ge"]), ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]),
        ];
        foreach (string name in (string[])["==", "eq", "equalto"])
            yield return new(name, "b, /", (run, v, a) => Comparison.Equals(run.Budget, v, a[0]));
        foreach (string name in (string[])["!=", "ne"])
            yield return new(name, "b, /", (run, v, a) => !Comparison.Equals(run.Budget, v, a[0]));
        foreach ((string op, string[] names) in orders)
        {
            foreach (string name in names)
                yield return new(name, "b, /", (run, v, a) => Comparison.Order(run.Budget, op, v, a[0]));
        }
    }

    private static bool IsRemainder(RenderContext run, object? value, object? divisor, long remainder) =>
        Comparison.Equals(run.Budget, Operators.Modulo(run.Budget, value, divisor), remainder);

    // Identity: CPython shares small integers and the constants of a template, so equal simple values count as one object.
    private static bool IsSame(object? left, object? right) => (left, right) switch
    {
        (bool a, bool b) => a == b,
        (long a, long b) => a == b,
        (string a, string b) => a == b,
        (PyTuple { Count: 0 }, PyTuple { Count: 0 }) => true,
        _ => ReferenceEquals(left, right),
    };
}
