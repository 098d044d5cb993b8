namespace Tidar.Models.Chat.Jinja;

/// <summary>Python's <c>pprint.pformat</c>: on one line where it fits in 80 columns, else one item a line; dicts in the order of their keys.</summary>
internal sealed class PrettyPrint
{
    private const int Width = 80;

    private readonly Budget _budget;
    private readonly TextBuilder _text;

    private PrettyPrint(Budget budget)
    {
        _budget = budget;
        _text = new TextBuilder(budget);
    }

    public static string Format(Budget budget, object? value)
    {
        PrettyPrint printer = new(budget);
        printer.Write(value, 0, 0);
        return printer._text.ToString();
    }

    private void Write(object? value, int indent, int allowance)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        string line = OneLine(value);
        if (PythonText.Length(line) <= Width - indent - allowance)
        {
            _text.Append(line);
            return;
        }

        switch (value)
        {
            case PyDict { Count: > 0 } dict:
                WriteDict(dict, indent, allowance);
                break;
            case PyList list:
                WriteItems("[", list.Items, "]", indent + 1, allowance + 1);
                break;
            case PyTuple tuple:
                string close = tuple.Count == 1 ? ",)" : ")";
                WriteItems("(", tuple.Items, close, indent + 1, allowance + close.Length);
                break;
            case string text:
                WriteText(text, indent, allowance);
                break;
            default:
                _text.Append(line);
                break;
        }
    }

    private void WriteItems(string open, object?[] items, string close, int indent, int allowance)
    {
        _text.Append(open);
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0)
                _text.Append(",\n").Append(' ', indent);
            Write(items[i], indent, i == items.Length - 1 ? allowance : 1);
        }

        _text.Append(close);
    }

    private void WriteDict(PyDict dict, int indent, int allowance)
    {
        _text.Append('{');
        KeyValuePair<object?, object?>[] entries = SortedEntries(dict);
        for (int i = 0; i < entries.Length; i++)
        {
            if (i > 0)
                _text.Append(",\n").Append(' ', indent + 1);
            string key = OneLine(entries[i].Key);
            _text.Append(key).Append(": ");
            Write(entries[i].Value, indent + 1 + PythonText.Length(key) + 2, i == entries.Length - 1 ? allowance + 1 : 1);
        }

        _text.Append('}');
    }

    // A long text becomes several adjacent literals, broken at white space.
    private void WriteText(string text, int indent, int allowance)
    {
        List<string> parts = [];
        List<string> lines = StringMethods.Lines(_budget, text, keepEnds: true);
        bool nested = indent > 0 || allowance > 0;
        int inner = nested ? indent : indent + 1;
        int outer = nested ? allowance : allowance + 1;
        for (int i = 0; i < lines.Count; i++)
        {
            int room = Width - inner - (i == lines.Count - 1 ? outer : 0);
            string whole = Display.Repr(_budget, lines[i]);
            if (PythonText.Length(whole) <= Width - inner - (i == lines.Count - 1 ? outer : 0))
                parts.Add(whole);
            else
                BreakLine(lines[i], Width - inner, room, parts);
        }

        if (parts.Count == 1)
        {
            _text.Append(parts[0]);
            return;
        }

        _text.Append(nested ? "" : "(");
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0)
                _text.Append('\n').Append(' ', inner);
            _text.Append(parts[i]);
        }

        _text.Append(nested ? "" : ")");
    }

    private void BreakLine(string line, int width, int lastWidth, List<string> parts)
    {
        string current = "";
        for (int at = 0; at < line.Length;)
        {
            int start = at;
            while (at < line.Length && !PythonText.IsSpace(line[at]))
                at++;
            while (at < line.Length && PythonText.IsSpace(line[at]))
                at++;
            string candidate = current + line[start..at];
            int room = at == line.Length ? lastWidth : width;
            if (current.Length > 0 && PythonText.Length(Display.Repr(_budget, candidate)) > room)
            {
                parts.Add(Display.Repr(_budget, current));
                current = line[start..at];
            }
            else
            {
                current = candidate;
            }
        }

        if (current.Length > 0)
            parts.Add(Display.Repr(_budget, current));
    }

    private string OneLine(object? value)
    {
        TextBuilder line = new(_budget);
        OneLine(line, value);
        return line.ToString();
    }

    // Like repr, with the keys of every dict in order.
    private void OneLine(TextBuilder line, object? value)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        _budget.Step();
        if (value is PyDict dict)
        {
            line.Append('{');
            KeyValuePair<object?, object?>[] entries = SortedEntries(dict);
            for (int i = 0; i < entries.Length; i++)
            {
                line.Append(i > 0 ? ", " : "");
                OneLine(line, entries[i].Key);
                line.Append(": ");
                OneLine(line, entries[i].Value);
            }

            line.Append('}');
        }
        else if (value is PySequence sequence)
        {
            line.Append(sequence is PyList ? '[' : '(');
            for (int i = 0; i < sequence.Count; i++)
            {
                line.Append(i > 0 ? ", " : "");
                OneLine(line, sequence.Items[i]);
            }

            line.Append(sequence is PyList ? "]" : sequence.Count == 1 ? ",)" : ")");
        }
        else
        {
            line.Append(Display.Repr(_budget, value));
        }
    }

    private KeyValuePair<object?, object?>[] SortedEntries(PyDict dict)
    {
        KeyValuePair<object?, object?>[] entries = [.. dict.Entries];
        bool comparable = entries.All(e => e.Key is string or Markup) || entries.All(e => Numbers.IsNumber(e.Key));
        // Keys of mixed types have no order among themselves; their types' names give one.
        Func<KeyValuePair<object?, object?>, object?> key = comparable
            ? e => e.Key
            : e => new PyTuple(Display.TypeName(e.Key), Display.Repr(_budget, e.Key));
        return Sorting.Sort(_budget, entries, key, reverse: false);
    }
}
