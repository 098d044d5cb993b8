using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>Maps a Python value to a .NET key that is equal exactly when Python's <c>==</c> and <c>hash</c> say so.</summary>
internal static class HashKey
{
    // A tuple that holds itself twice, over and over, has exponentially many leaves.
    private const int LargestTuple = 10_000;

    private static readonly object None = new();
    private static readonly object UndefinedKey = new();

    /// <summary>The key of a value; throws where the value is not hashable, as Python does.</summary>
    public static object Of(Budget budget, object? value)
    {
        int leaves = 0;
        return Of(budget, value, ref leaves);
    }

    private static object Of(Budget budget, object? value, ref int leaves)
    {
        switch (value)
        {
            case string text:
                return text;
            case null:
                return None;
            case long:
            case BigInteger:
                return value;
            case bool truth:
                return truth ? 1L : 0L;
            case double number:
                return OfDouble(number);
            case Markup markup:
                return markup.Text;
            case Undefined:
                return UndefinedKey;
            case PyTuple tuple:
                return OfTuple(budget, tuple, ref leaves);
            case PyList or PyDict:
                throw Fail.Type($"unhashable type: '{Display.TypeName(value)}'");
            case DictView { Kind: not DictViewKind.Values }:
                throw Fail.Type($"unhashable type: '{Display.TypeName(value)}'");
            default:
                return value;
        }
    }

    private static object OfDouble(double number) =>
        double.IsInteger(number) ? Numbers.Box(new BigInteger(number)) : number;

    private static TupleKey OfTuple(Budget budget, PyTuple tuple, ref int leaves)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        budget.Step(tuple.Count + 1);
        leaves += tuple.Count + 1;
        if (leaves > LargestTuple)
            throw Fail.Limit("a tuple too large to be a key");
        object[] parts = new object[tuple.Count];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = Of(budget, tuple.Items[i], ref leaves);
        return new TupleKey(parts);
    }

    private sealed class TupleKey : IEquatable<TupleKey>
    {
        private readonly object[] _parts;
        private readonly int _hash;

        public TupleKey(object[] parts)
        {
            _parts = parts;
            HashCode hash = default;
            foreach (object part in parts)
                hash.Add(part);
            _hash = hash.ToHashCode();
        }

        public bool Equals(TupleKey? other) => other is not null && _hash == other._hash && _parts.AsSpan().SequenceEqual(other._parts);

        public override bool Equals(object? obj) => obj is TupleKey other && Equals(other);

        public override int GetHashCode() => _hash;
    }
}
