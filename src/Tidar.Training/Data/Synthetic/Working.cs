namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// Arithmetic written out so that every number depends on a few that stand nearby: tens, then ones, then the whole.
/// Each text ends with the full equation and a full stop.
/// </summary>
internal static class Working
{
    /// <summary><c>20 + 10 = 30, 3 + 4 = 7, so 23 + 14 = 37.</c> or the equation alone where one operand is round or has one digit.</summary>
    public static string Add(int a, int b) => IsPlain(a) || IsPlain(b)
        ? $"{a} + {b} = {a + b}."
        : $"{Tens(a)} + {Tens(b)} = {Tens(a) + Tens(b)}, {a % 10} + {b % 10} = {(a % 10) + (b % 10)}, so {a} + {b} = {a + b}.";

    /// <summary><c>42 - 10 = 32, 32 - 8 = 24, so 42 - 18 = 24.</c> or the equation alone where what is taken is round or has one digit.</summary>
    public static string Subtract(int a, int b) => IsPlain(b)
        ? $"{a} - {b} = {a - b}."
        : $"{a} - {Tens(b)} = {a - Tens(b)}, {a - Tens(b)} - {b % 10} = {a - b}, so {a} - {b} = {a - b}.";

    /// <summary><c>4 x 20 = 80, 4 x 3 = 12, so 4 x 23 = 92.</c> or the equation alone up to the twelve times table.</summary>
    public static string Multiply(int n, int m) => m <= 12 || IsPlain(m)
        ? $"{n} x {m} = {n * m}."
        : $"{n} x {Tens(m)} = {n * Tens(m)}, {n} x {m % 10} = {n * (m % 10)}, so {n} x {m} = {n * m}.";

    /// <summary><c>6 x 7 = 42, so 42 / 6 = 7.</c> <paramref name="a"/> is a multiple of <paramref name="n"/>.</summary>
    public static string Divide(int a, int n) => $"{n} x {a / n} = {a}, so {a} / {n} = {a / n}.";

    private static bool IsPlain(int value) => value < 10 || value % 10 == 0;

    private static int Tens(int value) => value - (value % 10);
}
