namespace Tidar.Training.Data.Synthetic;

/// <summary>
/// One function that can be asked for. In its texts <c>$a</c>, <c>$b</c> and <c>$c</c> stand for the parameters.
/// </summary>
/// <param name="Name">The function's name in words, so that each language can join them its own way.</param>
/// <param name="Parameters">How many parameters it takes, 1 to 3.</param>
/// <param name="Asks">What the prompt says it returns.</param>
/// <param name="Python">The Python expression.</param>
/// <param name="CSharp">The C# expression.</param>
/// <param name="JavaScript">The JavaScript expression.</param>
/// <param name="Type">The C# parameter type.</param>
/// <param name="Result">The C# result type.</param>
internal sealed record CodeTask(
    string Name, int Parameters, string Asks, string Python, string CSharp, string JavaScript, string Type = "int", string Result = "int")
{
    /// <summary>Every task.</summary>
    public static readonly CodeTask[] All =
    [
        Same("add", 2, "the sum of $a and $b", "$a + $b"),
        Same("subtract", 2, "the difference of $a and $b", "$a - $b"),
        Same("multiply", 2, "the product of $a and $b", "$a * $b"),
        new("divide", 2, "the quotient of $a and $b", "$a / $b", "$a / $b", "$a / $b", "double", "double"),
        new("remainder", 2, "the remainder of $a divided by $b", "$a % $b", "$a % $b", "$a % $b"),
        new("average", 2, "the average of $a and $b", "($a + $b) / 2", "($a + $b) / 2", "($a + $b) / 2", "double", "double"),
        new("larger", 2, "the larger of $a and $b", "max($a, $b)", "Math.Max($a, $b)", "Math.max($a, $b)"),
        new("smaller", 2, "the smaller of $a and $b", "min($a, $b)", "Math.Min($a, $b)", "Math.min($a, $b)"),
        new("power", 2, "$a to the power of $b", "$a ** $b", "Math.Pow($a, $b)", "$a ** $b", "double", "double"),
        new("are equal", 2, "whether $a and $b are equal", "$a == $b", "$a == $b", "$a === $b", Result: "bool"),
        Same("add three", 3, "the sum of $a, $b and $c", "$a + $b + $c"),
        Same("multiply three", 3, "the product of $a, $b and $c", "$a * $b * $c"),
        new("largest", 3, "the largest of $a, $b and $c", "max($a, $b, $c)", "Math.Max($a, Math.Max($b, $c))", "Math.max($a, $b, $c)"),
        Same("double", 1, "twice $a", "2 * $a"),
        Same("triple", 1, "three times $a", "3 * $a"),
        new("half", 1, "half of $a", "$a / 2", "$a / 2", "$a / 2", "double", "double"),
        Same("square", 1, "the square of $a", "$a * $a"),
        Same("cube", 1, "the cube of $a", "$a * $a * $a"),
        Same("next", 1, "the number after $a", "$a + 1"),
        Same("previous", 1, "the number before $a", "$a - 1"),
        Same("negate", 1, "the negative of $a", "-$a"),
        new("absolute", 1, "the absolute value of $a", "abs($a)", "Math.Abs($a)", "Math.abs($a)"),
        new("is even", 1, "whether $a is even", "$a % 2 == 0", "$a % 2 == 0", "$a % 2 === 0", Result: "bool"),
        new("is odd", 1, "whether $a is odd", "$a % 2 != 0", "$a % 2 != 0", "$a % 2 !== 0", Result: "bool"),
        new("is positive", 1, "whether $a is positive", "$a > 0", "$a > 0", "$a > 0", Result: "bool"),
        new("is negative", 1, "whether $a is negative", "$a < 0", "$a < 0", "$a < 0", Result: "bool"),
        Same("rectangle area", 2, "the area of a rectangle with sides $a and $b", "$a * $b"),
        Same("rectangle perimeter", 2, "the perimeter of a rectangle with sides $a and $b", "2 * ($a + $b)"),
        Same("minutes", 1, "the minutes in $a hours", "60 * $a"),
        Same("days", 1, "the days in $a weeks", "7 * $a"),
        Same("centimeters", 1, "the centimeters in $a meters", "100 * $a"),
        new("greet", 1, "a greeting for the name $a", "\"Hello, \" + $a", "\"Hello, \" + $a", "\"Hello, \" + $a", "string", "string"),
        new("join", 2, "the strings $a and $b joined", "$a + $b", "$a + $b", "$a + $b", "string", "string"),
        new("upper", 1, "the string $a in upper case", "$a.upper()", "$a.ToUpper()", "$a.toUpperCase()", "string", "string"),
        new("lower", 1, "the string $a in lower case", "$a.lower()", "$a.ToLower()", "$a.toLowerCase()", "string", "string"),
        new("length", 1, "the length of the string $a", "len($a)", "$a.Length", "$a.length", "string"),
        new("starts with", 2, "whether the string $a starts with $b", "$a.startswith($b)", "$a.StartsWith($b)", "$a.startsWith($b)", "string", "bool"),
        new("ends with", 2, "whether the string $a ends with $b", "$a.endswith($b)", "$a.EndsWith($b)", "$a.endsWith($b)", "string", "bool"),
        new("is empty", 1, "whether the string $a is empty", "len($a) == 0", "$a.Length == 0", "$a.length === 0", "string", "bool"),
    ];

    private static CodeTask Same(string name, int parameters, string asks, string expression) =>
        new(name, parameters, asks, expression, expression, expression);
}
