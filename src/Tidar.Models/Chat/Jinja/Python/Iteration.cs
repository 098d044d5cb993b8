namespace Tidar.Models.Chat.Jinja;

/// <summary>Walking and measuring values.</summary>
internal static class Iteration
{
    public static bool IsIterable(object? value) =>
        value is PySequence or PyDict or string or Markup or DictView or PyRange or PyIterator or Undefined or LoopContext or PyBytes;

    /// <summary>The items of a value: elements, a dict's keys, a text's characters.</summary>
    public static IEnumerable<object?> Of(Budget budget, object? value) => value switch
    {
        PySequence sequence => sequence.Items,
        PyDict dict => new DictView(dict, DictViewKind.Keys).Values(),
        string text => PythonText.Characters(budget, text),
        Markup markup => PythonText.Characters(budget, markup.Text),
        DictView view => view.Values(),
        PyRange range => range.Values(),
        PyIterator iterator => iterator.Rest(),
        Undefined => [],
        LoopContext loop => loop.Rest(),
        PyBytes bytes => bytes.Data.Select(b => Numbers.Box((long)b)),
        _ => throw Fail.Type($"'{Display.TypeName(value)}' object is not iterable"),
    };

    /// <summary>All items of a value at once, charged to the budget.</summary>
    public static object?[] ToArray(Budget budget, object? value)
    {
        if (value is PySequence sequence)
        {
            budget.Items(sequence.Count);
            return [.. sequence.Items];
        }

        List<object?> items = [];
        foreach (object? item in Of(budget, value))
        {
            items.Add(item);
            // Counted while it grows: a lazy sequence has no length to check first.
            budget.Items(items.Count, 1);
        }

        return [.. items];
    }

    /// <summary>Python's <c>len</c>; false where the value has none.</summary>
    public static bool TryLength(object? value, out int length)
    {
        length = value switch
        {
            string text => PythonText.Length(text),
            Markup markup => PythonText.Length(markup.Text),
            PySequence sequence => sequence.Count,
            PyDict dict => dict.Count,
            DictView view => view.Count,
            PyRange range => range.Count,
            Undefined => 0,
            LoopContext loop => loop.Length,
            PyBytes bytes => bytes.Data.Length,
            _ => -1,
        };
        return length >= 0;
    }

    /// <summary>Python's <c>len</c>.</summary>
    public static int Length(Budget budget, object? value)
    {
        if (value is string text)
            budget.Scan(text.Length);
        return TryLength(value, out int length) ? length : throw Fail.Type($"object of type '{Display.TypeName(value)}' has no len()");
    }

    /// <summary>Python's <c>reversed</c>; false where the value cannot be walked backwards.</summary>
    public static bool TryReverse(Budget budget, object? value, out IEnumerable<object?> items)
    {
        if (value is not (PySequence or PyDict or string or Markup or DictView or PyRange or Undefined))
        {
            items = [];
            return false;
        }

        object?[] all = ToArray(budget, value);
        Array.Reverse(all);
        items = all;
        return true;
    }
}
