namespace Tidar.Models.Chat.Jinja;

/// <summary>Subscripts and slices.</summary>
internal static class Indexing
{
    /// <summary>Python's <c>value[key]</c>; false where Python raises a lookup or type error, which a template sees as undefined.</summary>
    public static bool TryItem(RenderContext run, object? value, object? key, out object? item)
    {
        item = null;
        switch (value)
        {
            case PyDict dict:
                // An unhashable key is no key.
                return key is not (PyList or PyDict) && dict.TryGet(run.Budget, key, out item);
            case PySequence sequence:
                return TryIndex(key, sequence.Count, out int at) && Found(sequence.Items[at], out item);
            case string text:
                return TryIndex(run, key, text, out at) && Found(PythonText.At(text, at), out item);
            case Markup markup:
                return TryIndex(run, key, markup.Text, out at) && Found(new Markup(PythonText.At(markup.Text, at)), out item);
            case PyRange range:
                return TryIndex(key, range.Count, out at) && Found(Numbers.Box(range[at]), out item);
            case PyBytes bytes:
                return TryIndex(key, bytes.Data.Length, out at) && Found(Numbers.Box((long)bytes.Data[at]), out item);
            case Undefined undefined:
                throw undefined.Error();
            case TemplateReference self:
                return self.TryBlock(key, out item);
            default:
                return false;
        }
    }

    /// <summary>Python's <c>value[start:stop:step]</c>; nulls are the defaults.</summary>
    public static object? Slice(Budget budget, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (value is PyDict)
            throw Fail.Type("unhashable type: 'slice'");
        if (value is not (PySequence or string or Markup or PyRange or PyBytes))
            throw Fail.Type($"'{Display.TypeName(value)}' object is not subscriptable");
        Iteration.TryLength(value, out int length);
        (int first, int count, int stride) = Bounds(length, Part(start), Part(stop), Part(step) ?? 1);
        switch (value)
        {
            case string text:
                return SliceText(budget, text, first, count, stride);
            case Markup markup:
                return new Markup(SliceText(budget, markup.Text, first, count, stride));
            case PyRange range:
                long from = range.Start + (first * range.Step);
                return new PyRange(from, from + (count * (long)stride * range.Step), stride * range.Step);
            case PyBytes bytes:
                return new PyBytes([.. Enumerable.Range(0, count).Select(i => bytes.Data[first + (i * stride)])]);
            default:
                return SliceItems(budget, (PySequence)value, first, count, stride);
        }
    }

    /// <summary>Resolves Python's slice bounds: first index, number of items, stride.</summary>
    public static (int First, int Count, int Stride) Bounds(int length, int? start, int? stop, int step)
    {
        if (step == 0)
            throw Fail.Value("slice step cannot be zero");
        // A stride beyond the length selects one item; clamping keeps the arithmetic in range.
        step = Math.Clamp(step, -length - 1, length + 1);
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? length : length - 1;
        int first = Clamp(start, step > 0 ? low : high);
        int last = Clamp(stop, step > 0 ? high : low);
        int span = step > 0 ? last - first : first - last;
        int stride = Math.Abs(step);
        return (first, span <= 0 ? 0 : (span + stride - 1) / stride, step);

        int Clamp(int? given, int otherwise) =>
            given is null ? otherwise : (int)Math.Clamp(given < 0 ? (long)given + length : given.Value, low, high);
    }

    private static bool Found(object? value, out object? item)
    {
        item = value;
        return true;
    }

    private static int? Part(object? value) => value switch
    {
        null => null,
        Undefined or not (long or bool or System.Numerics.BigInteger) => throw Fail.Type("slice indices must be integers or None or have an __index__ method"),
        _ => Numbers.ToInt(value),
    };

    private static bool TryIndex(RenderContext run, object? key, string text, out int at)
    {
        run.Budget.Scan(text.Length);
        return TryIndex(key, PythonText.Length(text), out at);
    }

    private static bool TryIndex(object? key, int length, out int at)
    {
        at = -1;
        if (!Numbers.TryLong(key, out long index))
            return false;
        long resolved = index < 0 ? index + length : index;
        if (resolved < 0 || resolved >= length)
            return false;
        at = (int)resolved;
        return true;
    }

    private static string SliceText(Budget budget, string text, int first, int count, int stride)
    {
        budget.Scan(text.Length);
        budget.Text(count);
        if (count == 0)
            return "";
        if (stride == 1)
        {
            int from = PythonText.Offset(text, first);
            return PythonText.HasSurrogates(text) ? text[from..PythonText.Offset(text, first + count)] : text.Substring(from, count);
        }

        int[] points = PythonText.CodePoints(text);
        System.Text.StringBuilder slice = new(count);
        for (int i = 0; i < count; i++)
            PythonText.Append(slice, points[first + (i * stride)]);
        return slice.ToString();
    }

    private static PySequence SliceItems(Budget budget, PySequence sequence, int first, int count, int stride)
    {
        budget.Items(count);
        object?[] items = new object?[count];
        for (int i = 0; i < count; i++)
            items[i] = sequence.Items[first + (i * stride)];
        return sequence is PyList ? new PyList(items) : new PyTuple(items);
    }
}
