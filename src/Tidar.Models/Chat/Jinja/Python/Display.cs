using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's <c>str</c>, <c>repr</c> and type names.</summary>
internal static class Display
{
    /// <summary>What <c>{{ value }}</c> prints.</summary>
    public static string Str(Budget budget, object? value) => value switch
    {
        string text => text,
        Markup markup => markup.Text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        Undefined => "",
        _ => Repr(budget, value),
    };

    /// <summary>Python's <c>repr</c>.</summary>
    public static string Repr(Budget budget, object? value)
    {
        TextBuilder text = new(budget);
        Repr(text, budget, value, []);
        return text.ToString();
    }

    /// <summary>A short form for error messages, whatever the value holds.</summary>
    public static string Short(object? value) => value switch
    {
        string or Markup => QuoteText(value.ToString()!),
        PySequence or PyDict => TypeName(value),
        _ => Repr(new Budget(TemplateLimits.Default), value),
    };

    /// <summary>A text in quotes, for error messages.</summary>
    public static string QuoteText(string text)
    {
        StringBuilder quoted = new();
        Quote(quoted, text.Length > 200 ? text[..200] : text);
        return quoted.ToString();
    }

    /// <summary>Python's name for the type of a value.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        string => "str",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        PyList => "list",
        PyTuple => "tuple",
        PyDict => "dict",
        DictView view => view.Kind switch { DictViewKind.Keys => "dict_keys", DictViewKind.Values => "dict_values", _ => "dict_items" },
        PyRange => "range",
        PyIterator iterator => iterator.TypeName,
        PyBytes => "bytes",
        Function function => function.TypeName,
        BoundMethod => "builtin_function_or_method",
        _ => value.GetType().Name,
    };

    private static void Repr(TextBuilder text, Budget budget, object? value, List<object> path)
    {
        switch (value)
        {
            case null:
                text.Append("None");
                break;
            case string s:
                Quote(text, budget, s);
                break;
            case Markup markup:
                text.Append("Markup(");
                Quote(text, budget, markup.Text);
                text.Append(')');
                break;
            case bool truth:
                text.Append(truth ? "True" : "False");
                break;
            case long or BigInteger:
                text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case double number:
                text.Append(FloatText.Repr(number));
                break;
            default:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                budget.Step();
                ReprObject(text, budget, value, path);
                break;
        }
    }

    private static void ReprObject(TextBuilder text, Budget budget, object value, List<object> path)
    {
        // Only a namespace can hold what holds it.
        bool cyclic = value is PySequence or PyDict && path.Exists(p => p is Namespace) && path.Exists(p => ReferenceEquals(p, value));
        path.Add(value);
        switch (value)
        {
            case PyList or PyTuple or PyDict when cyclic:
                text.Append(value switch { PyList => "[...]", PyTuple => "(...)", _ => "{...}" });
                break;
            case PyList list:
                ReprItems(text, budget, "[", list.Items, "]", path);
                break;
            case PyTuple tuple:
                ReprItems(text, budget, "(", tuple.Items, tuple.Count == 1 ? ",)" : ")", path);
                break;
            case PyDict dict:
                ReprDict(text, budget, dict, path);
                break;
            case DictView view:
                text.Append(TypeName(view));
                ReprItems(text, budget, "([", view.Values(), "])", path);
                break;
            case PyRange range:
                text.Append(range.Step == 1 ? $"range({range.Start}, {range.Stop})" : $"range({range.Start}, {range.Stop}, {range.Step})");
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case Namespace space:
                text.Append("<Namespace ");
                Repr(text, budget, space.Attributes, path);
                text.Append('>');
                break;
            case PyBytes bytes:
                ReprBytes(text, bytes);
                break;
            default:
                text.Append(ReprOpaque(value));
                break;
        }

        path.RemoveAt(path.Count - 1);
    }

    // Where CPython prints an address, which is a different one in every run, this prints none.
    private static string ReprOpaque(object value) => value switch
    {
        Macro macro => macro.Name is null ? "<Macro anonymous>" : $"<Macro {QuoteText(macro.Name)}>",
        LoopContext loop => $"<LoopContext {loop.Index0 + 1}/{loop.Length}>",
        TemplateReference => "<TemplateReference None>",
        Function { TypeName: "type" } function => $"<class '{function.Name}'>",
        Function function => $"<function {function.Name}>",
        BoundMethod method => $"<built-in method {method.Method.Name} of {TypeName(method.Owner)} object>",
        PyIterator iterator => iterator.TypeName == "generator" ? $"<generator object {iterator.Name}>" : $"<{iterator.TypeName} object>",
        _ => $"<{TypeName(value)} object>",
    };

    private static void ReprItems(TextBuilder text, Budget budget, string open, IEnumerable<object?> items, string close, List<object> path)
    {
        text.Append(open);
        bool first = true;
        foreach (object? item in items)
        {
            if (!first)
                text.Append(", ");
            first = false;
            Repr(text, budget, item, path);
        }

        text.Append(close);
    }

    private static void ReprDict(TextBuilder text, Budget budget, PyDict dict, List<object> path)
    {
        text.Append('{');
        for (int i = 0; i < dict.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Repr(text, budget, dict.Entries[i].Key, path);
            text.Append(": ");
            Repr(text, budget, dict.Entries[i].Value, path);
        }

        text.Append('}');
    }

    private static void ReprBytes(TextBuilder text, PyBytes bytes)
    {
        char quote = bytes.Data.Contains((byte)'\'') && !bytes.Data.Contains((byte)'"') ? '"' : '\'';
        text.Append('b').Append(quote);
        foreach (byte b in bytes.Data)
        {
            if (b == quote || b == '\\')
                text.Append('\\').Append((char)b);
            else if (b is >= 0x20 and < 0x7F)
                text.Append((char)b);
            else
                text.Append(b switch { (byte)'\n' => "\\n", (byte)'\r' => "\\r", (byte)'\t' => "\\t", _ => $"\\x{b:x2}" });
        }

        text.Append(quote);
    }

    private static void Quote(TextBuilder text, Budget budget, string value)
    {
        budget.Text(value.Length + 2);
        StringBuilder quoted = new(value.Length + 2);
        Quote(quoted, value);
        text.Append(quoted.ToString());
    }

    private static void Quote(StringBuilder text, string value)
    {
        char quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == quote || c == '\\')
                text.Append('\\').Append(c);
            else if (c is >= ' ' and < '\x7F')
                text.Append(c);
            else if (c is '\n' or '\r' or '\t')
                text.Append('\\').Append(c switch { '\n' => 'n', '\r' => 'r', _ => 't' });
            else
                i += QuoteRune(text, value, i);
        }

        text.Append(quote);
    }

    // Returns how many chars beyond the first were used.
    private static int QuoteRune(StringBuilder text, string value, int at)
    {
        if (!Rune.TryGetRuneAt(value, at, out Rune rune))
        {
            text.Append("\\u").Append(((int)value[at]).ToString("x4", CultureInfo.InvariantCulture));
            return 0;
        }

        if (PythonText.IsPrintable(rune))
            text.Append(rune.ToString());
        else if (rune.Value <= 0xFF)
            text.Append("\\x").Append(rune.Value.ToString("x2", CultureInfo.InvariantCulture));
        else if (rune.Value <= 0xFFFF)
            text.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
        else
            text.Append("\\U").Append(rune.Value.ToString("x8", CultureInfo.InvariantCulture));
        return rune.Utf16SequenceLength - 1;
    }
}
