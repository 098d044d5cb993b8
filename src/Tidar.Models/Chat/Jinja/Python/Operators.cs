using System.Numerics;

namespace Tidar.Models.Chat.Jinja;

/// <summary>The arithmetic operators.</summary>
internal static class Operators
{
    public static object? Add(Budget budget, object? left, object? right)
    {
        switch (left, right)
        {
            case (long a, long b):
                long sum = unchecked(a + b);
                return ((a ^ sum) & (b ^ sum)) < 0 ? budget.Integer((BigInteger)a + b) : Numbers.Box(sum);
            case (string a, string b):
                budget.Text((long)a.Length + b.Length);
                return string.Concat(a, b);
            case (Markup or string, Markup or string):
                return new Markup(budget.Text(Markup.Escape(budget, left).Text + Markup.Escape(budget, right).Text));
            case (PySequence a, PySequence b) when a is PyList == b is PyList:
                budget.Items((long)a.Count + b.Count);
                return a is PyList ? new PyList([.. a.Items, .. b.Items]) : new PyTuple([.. a.Items, .. b.Items]);
            case var _ when Numbers.IsNumber(left) && Numbers.IsNumber(right):
                return IsReal(left, right)
                    ? Numbers.ToDouble(left) + Numbers.ToDouble(right)
                    : budget.Integer(Integer(left) + Integer(right));
            default:
                throw Mismatch("+", left, right);
        }
    }

    public static object? Subtract(Budget budget, object? left, object? right)
    {
        if (!Numbers.IsNumber(left) || !Numbers.IsNumber(right))
            throw Mismatch("-", left, right);
        if (IsReal(left, right))
            return Numbers.ToDouble(left) - Numbers.ToDouble(right);
        return budget.Integer(Integer(left) - Integer(right));
    }

    public static object? Multiply(Budget budget, object? left, object? right)
    {
        if (Numbers.IsNumber(left) && Numbers.IsNumber(right))
        {
            if (IsReal(left, right))
                return Numbers.ToDouble(left) * Numbers.ToDouble(right);
            BigInteger a = Integer(left);
            BigInteger b = Integer(right);
            budget.IntegerBits(a.GetBitLength() + b.GetBitLength() - 2);
            return budget.Integer(a * b);
        }

        if (Numbers.IsInteger(right) && Repeat(budget, left, Numbers.ToInt(right)) is { } repeated)
            return repeated;
        if (Numbers.IsInteger(left) && Repeat(budget, right, Numbers.ToInt(left)) is { } mirrored)
            return mirrored;
        if (left is string or Markup or PySequence && right is not Undefined)
            throw Fail.Type($"can't multiply sequence by non-int of type '{Display.TypeName(right)}'");
        throw Mismatch("*", left, right);
    }

    public static object? Divide(Budget budget, object? left, object? right)
    {
        if (!Numbers.IsNumber(left) || !Numbers.IsNumber(right))
            throw Mismatch("/", left, right);
        if (IsReal(left, right))
        {
            double divisor = Numbers.ToDouble(right);
            return divisor == 0 ? throw Fail.Arithmetic("float division by zero") : Numbers.ToDouble(left) / divisor;
        }

        BigInteger b = Integer(right);
        if (b.IsZero)
            throw Fail.Arithmetic("division by zero");
        budget.Step();
        return TrueQuotient(Integer(left), b);
    }

    public static object? FloorDivide(Budget budget, object? left, object? right)
    {
        if (!Numbers.IsNumber(left) || !Numbers.IsNumber(right))
            throw Mismatch("//", left, right);
        if (IsReal(left, right))
            return FloorQuotient(Numbers.ToDouble(left), Numbers.ToDouble(right)).Quotient;
        return budget.Integer(FloorQuotient(Integer(left), Integer(right)).Quotient);
    }

    public static object? Modulo(Budget budget, object? left, object? right)
    {
        if (PythonText.AsText(left) is not null)
            return PercentFormat.Apply(budget, left!, right);
        if (!Numbers.IsNumber(left) || !Numbers.IsNumber(right))
            throw Mismatch("%", left, right);
        if (IsReal(left, right))
            return FloorQuotient(Numbers.ToDouble(left), Numbers.ToDouble(right)).Remainder;
        return budget.Integer(FloorQuotient(Integer(left), Integer(right)).Remainder);
    }

    public static object? Power(Budget budget, object? left, object? right)
    {
        if (!Numbers.IsNumber(left) || !Numbers.IsNumber(right))
            throw Mismatch("** or pow()", left, right);
        if (IsReal(left, right) || Integer(right).Sign < 0)
            return PowerOfReals(Numbers.ToDouble(left), Numbers.ToDouble(right));
        BigInteger a = Integer(left);
        BigInteger exponent = Integer(right);
        if (a.IsOne || exponent.IsZero)
            return Numbers.Box(1L);
        if (a.IsZero)
            return Numbers.Box(0L);
        if (a == BigInteger.MinusOne)
            return Numbers.Box(exponent.IsEven ? 1L : -1L);
        budget.IntegerBits((BigInteger.Abs(a).GetBitLength() - 1) * (double)exponent);
        return budget.Integer(BigInteger.Pow(a, (int)exponent));
    }

    public static object? Negate(Budget budget, object? value) => value switch
    {
        double number => -number,
        _ when Numbers.IsInteger(value) => budget.Integer(-Integer(value)),
        _ => throw BadUnary("-", value),
    };

    public static object? Plus(Budget budget, object? value) => value switch
    {
        double => value,
        _ when Numbers.IsInteger(value) => budget.Integer(Integer(value)),
        _ => throw BadUnary("+", value),
    };

    /// <summary>Python's <c>int / int</c>: the quotient rounded once, however large the two are.</summary>
    private static double TrueQuotient(BigInteger dividend, BigInteger divisor)
    {
        const long Exact = 1L << 53;
        if (BigInteger.Abs(dividend) <= Exact && BigInteger.Abs(divisor) <= Exact)
            return (double)dividend / (double)divisor;
        // 66 bits of quotient and a sticky bit leave the final rounding to the conversion.
        long shift = 66 - (BigInteger.Abs(dividend).GetBitLength() - BigInteger.Abs(divisor).GetBitLength());
        BigInteger a = BigInteger.Abs(shift > 0 ? dividend << (int)shift : dividend);
        BigInteger b = BigInteger.Abs(shift < 0 ? divisor << (int)-shift : divisor);
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger remainder);
        if (!remainder.IsZero)
            quotient |= BigInteger.One;
        double result = Math.ScaleB(Numbers.ToDouble(Numbers.Box(quotient)), (int)-shift);
        if (double.IsInfinity(result))
            throw Fail.Arithmetic("integer division result too large for a float");
        return dividend.Sign * divisor.Sign < 0 ? -result : result;
    }

    private static (BigInteger Quotient, BigInteger Remainder) FloorQuotient(BigInteger dividend, BigInteger divisor)
    {
        if (divisor.IsZero)
            throw Fail.Arithmetic("integer division or modulo by zero");
        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger remainder);
        return remainder.IsZero || remainder.Sign == divisor.Sign ? (quotient, remainder) : (quotient - 1, remainder + divisor);
    }

    private static (double Quotient, double Remainder) FloorQuotient(double dividend, double divisor)
    {
        if (divisor == 0)
            throw Fail.Arithmetic("float floor division by zero");
        double remainder = dividend % divisor;
        double quotient = (dividend - remainder) / divisor;
        if (remainder == 0)
        {
            remainder = Math.CopySign(0, divisor);
        }
        else if (remainder < 0 != divisor < 0)
        {
            remainder += divisor;
            quotient -= 1;
        }

        if (quotient == 0)
            return (Math.CopySign(0, dividend / divisor), remainder);
        double floor = Math.Floor(quotient);
        return (quotient - floor > 0.5 ? floor + 1 : floor, remainder);
    }

    private static object PowerOfReals(double value, double exponent)
    {
        if (value == 0 && exponent < 0)
            throw Fail.Arithmetic("0.0 cannot be raised to a negative power");
        if (value < 0 && double.IsFinite(value) && double.IsFinite(exponent) && !double.IsInteger(exponent))
            throw Fail.Value("a complex result is not supported");
        double result = Math.Pow(value, exponent);
        if (double.IsInfinity(result) && double.IsFinite(value) && double.IsFinite(exponent))
            throw Fail.Arithmetic("(34, 'Numerical result out of range')");
        return result;
    }

    private static object? Repeat(Budget budget, object? value, int count)
    {
        count = Math.Max(count, 0);
        switch (value)
        {
            case string text:
                return Repeat(budget, text, count);
            case Markup markup:
                return new Markup(Repeat(budget, markup.Text, count));
            case PySequence sequence:
                budget.Items((long)sequence.Count * count);
                object?[] items = new object?[sequence.Count * count];
                for (int i = 0; i < count; i++)
                    sequence.Items.CopyTo(items, i * sequence.Count);
                return sequence is PyList ? new PyList(items) : new PyTuple(items);
            default:
                return null;
        }
    }

    private static string Repeat(Budget budget, string text, int count)
    {
        budget.Text((long)text.Length * count);
        return string.Create(text.Length * count, text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i += source.Length)
                source.CopyTo(span[i..]);
        });
    }

    private static bool IsReal(object? left, object? right) => left is double || right is double;

    private static BigInteger Integer(object? value) =>
        Numbers.TryInteger(value, out BigInteger number) ? number : throw new InvalidOperationException("not an integer");

    private static TemplateException Mismatch(string op, object? left, object? right)
    {
        if (left is Undefined undefinedLeft)
            return undefinedLeft.Error();
        if (right is Undefined undefinedRight)
            return undefinedRight.Error();
        if (op == "+" && left is string or PySequence)
        {
            string type = left is string ? "str" : Display.TypeName(left);
            return Fail.Type($"can only concatenate {type} (not \"{Display.TypeName(right)}\") to {type}");
        }

        return Fail.Type($"unsupported operand type(s) for {op}: '{Display.TypeName(left)}' and '{Display.TypeName(right)}'");
    }

    private static TemplateException BadUnary(string op, object? value) =>
        value is Undefined undefined ? undefined.Error() : Fail.Type($"bad operand type for unary {op}: '{Display.TypeName(value)}'");
}
