using System.Globalization;

namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Parameters of a built-in, written as Python writes them: <c>"old, new, count=-1, /"</c>. Parameters before <c>/</c> take no names,
/// those after <c>*</c> take nothing else; <c>*args</c> collects the remaining positional arguments as a tuple.
/// </summary>
internal sealed class Signature
{
    /// <summary>No parameters.</summary>
    public static readonly Signature Empty = new("");

    private readonly string[] _names;
    private readonly object?[] _defaults;
    private readonly int _positionalOnly;
    private readonly int _maxPositional;
    private readonly bool _rest;

    public Signature(string text)
    {
        List<string> names = [];
        List<object?> defaults = [];
        int maxPositional = -1;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "/")
            {
                _positionalOnly = names.Count;
            }
            else if (part[0] == '*')
            {
                maxPositional = names.Count;
                _rest = part.Length > 1;
            }
            else
            {
                int equals = part.IndexOf('=', StringComparison.Ordinal);
                names.Add(equals < 0 ? part : part[..equals]);
                defaults.Add(equals < 0 ? Missing.Value : ParseDefault(part[(equals + 1)..]));
            }
        }

        _names = [.. names];
        _defaults = [.. defaults];
        _maxPositional = maxPositional < 0 ? names.Count : maxPositional;
    }

    /// <summary>One value for each parameter, then the rest where the signature has one.</summary>
    public object?[] Bind(string function, Arguments arguments)
    {
        object?[] given = arguments.Positional;
        if (given.Length == _names.Length && arguments.Named.Length == 0 && !_rest && given.Length <= _maxPositional)
            return given;
        if (given.Length > _maxPositional && !_rest)
            throw Fail.Type($"{function}() takes at most {_maxPositional} positional arguments but {given.Length} were given");
        object?[] bound = new object?[_names.Length + (_rest ? 1 : 0)];
        Array.Copy(_defaults, bound, _defaults.Length);
        int used = Math.Min(given.Length, _maxPositional);
        Array.Copy(given, bound, used);
        if (_rest)
            bound[^1] = new PyTuple(given[used..]);
        BindNamed(function, arguments, bound, used);
        for (int i = 0; i < _names.Length; i++)
        {
            if (bound[i] is Missing)
                throw Fail.Type($"{function}() missing a required argument: '{_names[i]}'");
        }

        return bound;
    }

    private void BindNamed(string function, Arguments arguments, object?[] bound, int used)
    {
        foreach ((string name, object? value) in arguments.Named)
        {
            int at = Array.IndexOf(_names, name);
            if (at < _positionalOnly)
                throw Fail.Type($"{function}() got an unexpected keyword argument '{name}'");
            if (at < used)
                throw Fail.Type($"{function}() got multiple values for argument '{name}'");
            bound[at] = value;
        }
    }

    private static object? ParseDefault(string text) => text switch
    {
        "None" => null,
        "True" => Numbers.True,
        "False" => Numbers.False,
        _ when text[0] == '\'' => text[1..^1],
        _ when text.Contains('.', StringComparison.Ordinal) => double.Parse(text, CultureInfo.InvariantCulture),
        _ => Numbers.Box(long.Parse(text, CultureInfo.InvariantCulture)),
    };
}
