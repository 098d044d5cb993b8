using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Truth, equality, order and membership as Python defines them.</summary>
internal static class Comparison
{
    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool truth => truth,
        string text => text.Length > 0,
        long number => number != 0,
        double number => number != 0,
        PySequence sequence => sequence.Count > 0,
        PyDict dict => dict.Count > 0,
        Undefined => false,
        Markup markup => markup.Text.Length > 0,
        DictView view => view.Count > 0,
        PyRange range => range.Count > 0,
        LoopContext loop => loop.Length > 0,
        PyBytes bytes => bytes.Data.Length > 0,
        _ => true,
    };

    public static bool Equals(Budget budget, object? left, object? right)
    {
        if (ReferenceEquals(left, right))
            return left is not double number || !double.IsNaN(number);
        string? text = PythonText.AsText(left);
        if (text is not null)
        {
            string? other = PythonText.AsText(right);
            if (other is null || other.Length != text.Length)
                return false;
            budget.Scan(text.Length);
            return text == other;
        }

        if (Numbers.IsNumber(left))
            return Numbers.IsNumber(right) && CompareNumbers(left, right) == 0;
        return EqualObjects(budget, left, right);
    }

    /// <summary>Whether <paramref name="container"/> holds the item.</summary>
    public static bool Contains(Budget budget, object? container, object? item)
    {
        switch (container)
        {
            case string or Markup:
                string text = PythonText.AsText(container)!;
                string part = PythonText.AsText(item)
                    ?? throw Fail.Type($"'in <string>' requires string as left operand, not {Display.TypeName(item)}");
                budget.Scan(text.Length + part.Length);
                return text.Contains(part, StringComparison.Ordinal);
            case PyDict dict:
                return dict.Contains(budget, item);
            case DictView { Kind: DictViewKind.Keys } keys:
                return keys.Dict.Contains(budget, item);
            case PyRange range when Numbers.TryInteger(item, out BigInteger number):
                return number >= long.MinValue && number <= long.MaxValue && range.IndexOf((long)number) >= 0;
            default:
                if (!Iteration.IsIterable(container))
                    throw Fail.Type($"argument of type '{Display.TypeName(container)}' is not iterable");
                foreach (object? candidate in Iteration.Of(budget, container))
                {
                    budget.Step();
                    if (Equals(budget, candidate, item))
                        return true;
                }

                return false;
        }
    }

    /// <summary>Python's <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</summary>
    public static bool Order(Budget budget, string op, object? left, object? right)
    {
        if (Numbers.IsNumber(left) && Numbers.IsNumber(right))
        {
            // NaN is neither less nor greater.
            int? order = CompareNumbers(left, right);
            return order is not null && Holds(op, order.Value);
        }

        if (PythonText.AsText(left) is string a && PythonText.AsText(right) is string b)
        {
            budget.Scan(Math.Min(a.Length, b.Length));
            return Holds(op, PythonText.Compare(a, b));
        }

        if (left is PySequence first && right is PySequence second && first is PyList == second is PyList)
            return OrderSequences(budget, op, first, second);
        if (left is Undefined undefinedLeft)
            throw undefinedLeft.Error();
        if (right is Undefined undefinedRight)
            throw undefinedRight.Error();
        if (left is DictView { Kind: not DictViewKind.Values } x && right is DictView { Kind: not DictViewKind.Values } y)
            return OrderViews(budget, op, x, y);
        throw Fail.Type($"'{op}' not supported between instances of '{Display.TypeName(left)}' and '{Display.TypeName(right)}'");
    }

    /// <summary>Sign of the difference of two numbers, exact whatever their types; null when one is not a number (NaN).</summary>
    public static int? CompareNumbers(object? left, object? right)
    {
        if (Numbers.TryLong(left, out long a) && Numbers.TryLong(right, out long b))
            return a.CompareTo(b);
        if (left is double x && right is double y)
            return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
        if (left is double real)
            return -CompareNumbers(right, real);
        Numbers.TryInteger(left, out BigInteger integer);
        if (right is not double other)
        {
            Numbers.TryInteger(right, out BigInteger second);
            return integer.CompareTo(second);
        }

        if (double.IsNaN(other))
            return null;
        if (double.IsInfinity(other))
            return other > 0 ? -1 : 1;
        double whole = Math.Floor(other);
        int order = integer.CompareTo(new BigInteger(whole));
        return order == 0 && whole < other ? -1 : order;
    }

    private static bool EqualObjects(Budget budget, object? left, object? right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.Step();
        return (left, right) switch
        {
            (PySequence a, PySequence b) => a is PyList == b is PyList && a.Count == b.Count && EqualItems(budget, a, b),
            (PyDict a, PyDict b) => EqualDicts(budget, a, b),
            (Undefined, Undefined) => true,
            (PyRange a, PyRange b) => a.SameItems(b),
            (PyBytes a, PyBytes b) => a.Data.AsSpan().SequenceEqual(b.Data),
            (DictView a, DictView b) => a.Kind != DictViewKind.Values && b.Kind != DictViewKind.Values && OrderViews(budget, "==", a, b),
            _ => false,
        };
    }

    private static bool EqualItems(Budget budget, PySequence left, PySequence right)
    {
        for (int i = 0; i < left.Count; i++)
        {
            budget.Step();
            if (!Equals(budget, left.Items[i], right.Items[i]))
                return false;
        }

        return true;
    }

    private static bool EqualDicts(Budget budget, PyDict left, PyDict right)
    {
        if (left.Count != right.Count)
            return false;
        foreach ((object? key, object? value) in left.Entries)
        {
            budget.Step();
            if (!right.TryGet(budget, key, out object? other) || !Equals(budget, value, other))
                return false;
        }

        return true;
    }

    private static bool OrderSequences(Budget budget, string op, PySequence left, PySequence right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (int i = 0; i < left.Count && i < right.Count; i++)
        {
            budget.Step();
            if (!Equals(budget, left.Items[i], right.Items[i]))
                return Order(budget, op, left.Items[i], right.Items[i]);
        }

        return Holds(op, left.Count.CompareTo(right.Count));
    }

    // Keys and items are sets: their order is inclusion.
    private static bool OrderViews(Budget budget, string op, DictView left, DictView right)
    {
        bool Inside(DictView a, DictView b) => a.Values().All(item => Contains(budget, b, item));
        return op switch
        {
            "==" => left.Count == right.Count && Inside(left, right),
            "<" => left.Count < right.Count && Inside(left, right),
            "<=" => left.Count <= right.Count && Inside(left, right),
            ">" => left.Count > right.Count && Inside(right, left),
            _ => left.Count >= right.Count && Inside(right, left),
        };
    }

    private static bool Holds(string op, int order) => op switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };
}
