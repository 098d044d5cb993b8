namespace Tidar.Training.Data.Synthetic;

/// <summary>Bare arithmetic with two operands, worked as in the word problems.</summary>
internal static class Arithmetic
{
    /// <summary>Draws one question.</summary>
    public static DemoExample Draw(SplitMix64 random)
    {
        int a, b;
        switch (random.Below(4))
        {
            case 0:
                a = random.Between(2, 97);
                b = random.Between(2, 99 - a);
                return Build(random, a, b, ["+", "plus"], a + b, Working.Add(a, b));
            case 1:
                a = random.Between(5, 99);
                b = random.Between(2, a - 2);
                return Build(random, a, b, ["-", "minus"], a - b, Working.Subtract(a, b));
            case 2:
                a = random.Between(2, 12);
                b = random.Between(2, a <= 9 && random.Chance(40) ? 99 / a : 12);
                return Build(random, a, b, ["x", "*", "times"], a * b, Working.Multiply(a, b));
            default:
                b = random.Between(2, 12);
                a = b * random.Between(2, 12);
                return Build(random, a, b, ["/", "divided by"], a / b, Working.Divide(a, b));
        }
    }

    private static DemoExample Build(SplitMix64 random, int a, int b, string[] operators, int answer, string working)
    {
        string question = $"{a} {random.Pick<string>(operators)} {b}";
        string prompt = random.Below(6) switch
        {
            0 or 1 => $"What is {question}?",
            2 => $"Calculate {question}.",
            3 => $"Work out {question}.",
            4 => $"How much is {question}?",
            _ => $"{question} =",
        };
        return new DemoExample(DemoKind.Arithmetic, prompt, $"\n{working}\nAnswer: {answer}.", answer.ToString());
    }
}
