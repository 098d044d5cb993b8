using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>The methods and attributes of integers, booleans and floats.</summary>
internal static class NumberMethods
{
    private static readonly Dictionary<string, Method> Integers = new Method[]
    {
        new("real", null, (run, self, _) => run.Budget.Integer(Integer(self))),
        new("imag", null, (_, _, _) => Numbers.Box(0L)),
        new("numerator", null, (run, self, _) => run.Budget.Integer(Integer(self))),
        new("denominator", null, (_, _, _) => Numbers.Box(1L)),
        new("conjugate", new(""), (run, self, _) => run.Budget.Integer(Integer(self))),
        new("bit_length", new(""), (_, self, _) => Numbers.Box(BitLength(Integer(self)))),
        new("bit_count", new(""), (_, self, _) => Numbers.Box(BitCount(Integer(self)))),
        new("is_integer", new(""), (_, _, _) => Numbers.True),
        new("as_integer_ratio", new(""), (run, self, _) => new PyTuple(run.Budget.Integer(Integer(self)), Numbers.Box(1L))),
    }.ToDictionary(m => m.Name);

    private static readonly Dictionary<string, Method> Floats = new Method[]
    {
        new("real", null, (_, self, _) => self),
        new("imag", null, (_, _, _) => 0.0),
        new("conjugate", new(""), (_, self, _) => self),
        new("is_integer", new(""), (_, self, _) => Numbers.Box(double.IsInteger((double)self))),
    }.ToDictionary(m => m.Name);

    /// <summary>The method of a name; null where the type has none.</summary>
    public static Method? Find(object self, string name) =>
        (self is double ? Floats : Integers).GetValueOrDefault(name);

    private static BigInteger Integer(object value)
    {
        Numbers.TryInteger(value, out BigInteger number);
        return number;
    }

    private static long BitLength(BigInteger value) => value.IsZero ? 0 : BigInteger.Abs(value).GetBitLength();

    private static long BitCount(BigInteger value)
    {
        long count = 0;
        foreach (byte b in BigInteger.Abs(value).ToByteArray())
            count += BitOperations.PopCount(b);
        return count;
    }
}
