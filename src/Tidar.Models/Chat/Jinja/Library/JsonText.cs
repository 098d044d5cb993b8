using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Python's <c>json.dumps</c>, as Hugging Face's <c>tojson</c> filter calls it: no HTML escaping, non-ASCII text as it is unless asked otherwise.
/// </summary>
internal sealed class JsonText
{
    private readonly Budget _budget;
    private readonly TextBuilder _text;
    private readonly bool _asciiOnly;
    private readonly bool _sortKeys;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;

    private JsonText(Budget budget, bool asciiOnly, string? indent, object? separators, bool sortKeys)
    {
        _budget = budget;
        _text = new TextBuilder(budget);
        _asciiOnly = asciiOnly;
        _indent = indent;
        _sortKeys = sortKeys;
        _itemSeparator = indent is null ? ", " : ",";
        _keySeparator = ": ";
        if (separators is not null)
        {
            object?[] pair = Iteration.ToArray(budget, separators);
            if (pair.Length != 2)
                throw Fail.Value($"{(pair.Length < 2 ? "not enough" : "too many")} values to unpack (expected 2)");
            _itemSeparator = PythonText.Require(pair[0]);
            _keySeparator = PythonText.Require(pair[1]);
        }
    }

    /// <summary>Writes a value.</summary>
    /// <param name="budget">What the text is charged to.</param>
    /// <param name="value">The value: text, numbers, booleans, none, lists, tuples, dicts.</param>
    /// <param name="asciiOnly">Escape everything beyond ASCII.</param>
    /// <param name="indent">None for one line; a number of spaces, or the text of one level.</param>
    /// <param name="separators">None, or a pair: between items, and between key and value.</param>
    /// <param name="sortKeys">Write keys in order.</param>
    public static string Write(Budget budget, object? value, bool asciiOnly, object? indent, object? separators, bool sortKeys)
    {
        string? level = indent switch
        {
            null => null,
            string or Markup => PythonText.AsText(indent),
            _ when Numbers.IsInteger(indent) => Spaces(budget, Numbers.ToInt(indent)),
            _ => throw Fail.Type($"can't multiply sequence by non-int of type '{Display.TypeName(indent)}'"),
        };
        JsonText json = new(budget, asciiOnly, level, separators, sortKeys);
        json.Value(value, 0);
        return json._text.ToString();
    }

    private static string Spaces(Budget budget, int count)
    {
        budget.Text(Math.Max(count, 0));
        return new string(' ', Math.Max(count, 0));
    }

    private void Value(object? value, int depth)
    {
        switch (value)
        {
            case PySequence sequence:
                Items(sequence, depth);
                break;
            case PyDict dict:
                Members(dict, depth);
                break;
            case string or Markup:
                Text(PythonText.AsText(value)!);
                break;
            default:
                _text.Append(Scalar(value) ?? throw Fail.Type($"Object of type {Display.TypeName(value)} is not JSON serializable"));
                break;
        }
    }

    private static string? Scalar(object? value) => value switch
    {
        null => "null",
        true => "true",
        false => "false",
        long or BigInteger => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        double number when double.IsNaN(number) => "NaN",
        double number when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
        double number => FloatText.Repr(number),
        _ => null,
    };

    private void Items(PySequence sequence, int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (sequence.Count == 0)
        {
            _text.Append("[]");
            return;
        }

        _text.Append('[');
        for (int i = 0; i < sequence.Count; i++)
        {
            _budget.Step();
            Between(i == 0, depth + 1);
            Value(sequence.Items[i], depth + 1);
        }

        NewLine(depth);
        _text.Append(']');
    }

    private void Members(PyDict dict, int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (dict.Count == 0)
        {
            _text.Append("{}");
            return;
        }

        IReadOnlyList<KeyValuePair<object?, object?>> entries = dict.Entries;
        if (_sortKeys)
            entries = Sorting.Sort(_budget, [.. entries], e => e.Key, reverse: false);
        _text.Append('{');
        for (int i = 0; i < entries.Count; i++)
        {
            _budget.Step();
            Between(i == 0, depth + 1);
            object? key = entries[i].Key;
            Text(PythonText.AsText(key) ?? Scalar(key)
                ?? throw Fail.Type($"keys must be str, int, float, bool or None, not {Display.TypeName(key)}"));
            _text.Append(_keySeparator);
            Value(entries[i].Value, depth + 1);
        }

        NewLine(depth);
        _text.Append('}');
    }

    private void Between(bool first, int depth)
    {
        if (!first)
            _text.Append(_itemSeparator);
        NewLine(depth);
    }

    private void NewLine(int depth)
    {
        if (_indent is null)
            return;
        _text.Append('\n');
        for (int i = 0; i < depth; i++)
            _text.Append(_indent);
    }

    private void Text(string text)
    {
        _budget.Scan(text.Length);
        _text.Append('"');
        int plain = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is not ('"' or '\\' or < ' ') && (c < '\x7F' || !_asciiOnly || c == '\x7F'))
                continue;
            _text.Append(text.AsSpan(plain, i - plain));
            plain = i + 1;
            _text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                '\b' => "\\b",
                _ => $"\\u{(int)c:x4}",
            });
        }

        _text.Append(text.AsSpan(plain)).Append('"');
    }
}
