namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// The only way from one value to another: attributes and items through the sandbox. What starts with an underscore is hidden, and so is every
/// method that would change a list or a dict.
/// </summary>
internal static class Attributes
{
    private static readonly HashSet<string> ListMutators = ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"];
    private static readonly HashSet<string> DictMutators = ["clear", "pop", "popitem", "setdefault", "update"];

    // Attributes that every Python object has; hidden, but there, so that they win over a dict's key of the same name.
    private static readonly HashSet<string> ObjectAttributes =
    [
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__", "__gt__", "__hash__",
        "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__", "__repr__", "__setattr__",
        "__sizeof__", "__str__", "__subclasshook__", "__len__", "__iter__", "__getitem__", "__contains__",
    ];

    /// <summary>Whether a dict's key of this name is shadowed by an attribute of the dict itself.</summary>
    public static bool ShadowsKey(string name) =>
        DictMethods.Table.ContainsKey(name) || DictMutators.Contains(name) || ObjectAttributes.Contains(name);

    /// <summary><c>value.name</c>: an attribute, else an item, else undefined.</summary>
    public static object? Get(RenderContext run, object? value, string name)
    {
        if (TryAttribute(run, value, name, out object? attribute))
            return attribute;
        return Indexing.TryItem(run, value, name, out object? item) ? item : Undefined.Member(value, name);
    }

    /// <summary><c>value[key]</c>: an item, else an attribute, else undefined.</summary>
    public static object? GetItem(RenderContext run, object? value, object? key)
    {
        if (Indexing.TryItem(run, value, key, out object? item))
            return item;
        if (PythonText.AsText(key) is string name && TryAttribute(run, value, name, out object? attribute))
            return attribute;
        return Undefined.Member(value, key);
    }

    /// <summary>Looks up an attribute alone; a hidden one is found as an undefined value that says so.</summary>
    public static bool TryAttribute(RenderContext run, object? value, string name, out object? attribute)
    {
        if (value is Namespace space)
            return name == "__class__" ? Hidden(value, name, out attribute) : space.Attributes.TryGet(name, out attribute);
        if (name.StartsWith('_'))
            return TryUnderscored(value, name, out attribute);
        if (value is PyList && ListMutators.Contains(name))
            return Hidden(value, name, out attribute);
        if (value is PyDict && DictMutators.Contains(name))
            return Hidden(value, name, out attribute);
        if (value is Undefined undefined)
            throw undefined.Error();
        if (name == "format" && value is string or Markup)
        {
            attribute = new Function(name, "function", (r, a) => StringFormat.Apply(r, value!, a.Positional, Globals.ToDict(a.Named)));
            return true;
        }

        if (value is not null && FindMethod(value, name) is { } method)
        {
            attribute = method.Get(run, value);
            return true;
        }

        return TryOwn(value, name, out attribute);
    }

    private static Method? FindMethod(object value, string name) => value switch
    {
        string or Markup => StringMethods.Find(value, name),
        PyDict => DictMethods.Table.GetValueOrDefault(name),
        PySequence => SequenceMethods.Find(value, name),
        long or bool or System.Numerics.BigInteger or double => NumberMethods.Find(value, name),
        PyRange => SequenceMethods.Find(value, name),
        DictView => DictMethods.ViewTable.GetValueOrDefault(name),
        PyBytes => SequenceMethods.Bytes.GetValueOrDefault(name),
        _ => null,
    };

    private static bool TryOwn(object? value, string name, out object? attribute)
    {
        attribute = (value, name) switch
        {
            (Macro macro, _) => macro.Attribute(name),
            (LoopContext loop, _) => loop.Attribute(name),
            (Cycler cycler, _) => cycler.Attribute(name),
            (Joiner joiner, "sep") => joiner.Separator,
            (Joiner joiner, "used") => Numbers.Box(joiner.Used),
            (BlockReference block, "name") => block.Name,
            (BlockReference block, "super") => BlockReference.NoParent(block.Name),
            (Function { Name: "dict" }, "fromkeys") => new BoundMethod(new PyDict(), DictMethods.Table["fromkeys"]),
            (Function { TypeName: "type" }, "mro") => Undefined.Hidden(value, name),
            _ => Missing.Value,
        };
        return attribute is not Missing;
    }

    private static bool TryUnderscored(object? value, string name, out object? attribute)
    {
        bool dunder = name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);
        bool exists = ObjectAttributes.Contains(name)
            || (dunder && value is Function or Macro or BoundMethod or LoopContext or Cycler or Joiner)
            || (value is Undefined && name.StartsWith("_undefined_", StringComparison.Ordinal));
        attribute = null;
        if (exists)
            return Hidden(value, name, out attribute);
        return !dunder && value is Undefined undefined ? throw undefined.Error() : false;
    }

    private static bool Hidden(object? value, string name, out object? attribute)
    {
        attribute = Undefined.Hidden(value, name);
        return true;
    }
}
