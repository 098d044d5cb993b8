namespace Tidar.Training.Data.Synthetic;

/// <summary>Small functions in Python, C# or JavaScript. The prompt names the language, the parameters and perhaps the function.</summary>
internal static class SimpleCode
{
    private static readonly string[][] Numbers =
    [
        ["a", "b", "c"], ["x", "y", "z"], ["first", "second", "third"], ["left", "right", "middle"], ["n", "m", "k"], ["p", "q", "r"],
        ["one", "two", "three"], ["u", "v", "w"], ["i", "j", "k"], ["num", "other", "extra"], ["value", "amount", "step"], ["s", "t", "u"],
    ];

    private static readonly string[][] Texts =
        [["name", "part", "tail"], ["text", "word", "end"], ["s", "t", "u"], ["line", "piece", "rest"], ["a", "b", "c"], ["x", "y", "z"]];

    private static readonly string[] GivenNames =
        ["compute", "calc", "solve", "work", "result", "apply", "run", "answer", "check", "helper", "process", "handle", "get", "make", "test", "show"];

    /// <summary>Draws one request.</summary>
    public static DemoExample Draw(SplitMix64 random)
    {
        CodeTask task = random.Pick(CodeTask.All.AsSpan());
        string[] parameters = random.Pick((task.Type == "string" ? Texts : Numbers).AsSpan())[..task.Parameters];
        string language = random.Pick("Python", "Python", "C#", "C#", "JavaScript");
        bool named = random.Chance(35);
        string[] words = named ? [random.Pick<string>(GivenNames)] : task.Name.Split(' ');
        string called = named ? $" called {NameIn(language, words)}" : "";
        string asks = Fill(task.Asks, parameters);
        string prompt = random.Below(5) switch
        {
            0 => $"Write a {language} function{called} that returns {asks}.",
            1 => $"Write a function{called} in {language} that returns {asks}.",
            2 => $"Show me a {language} function{called} that returns {asks}.",
            3 => $"I need a {language} function{called} that returns {asks}.",
            _ => $"Please write a {language} function{called} that returns {asks}.",
        };
        if (random.Chance(8))
            prompt = prompt.TrimEnd('.');
        return new DemoExample(DemoKind.Code, prompt, $"\n{Function(task, language, NameIn(language, words), parameters, asks)}", null);
    }

    private static string Function(CodeTask task, string language, string name, string[] parameters, string asks)
    {
        string list = string.Join(", ", parameters);
        string typed = string.Join(", ", parameters.Select(p => $"{task.Type} {p}"));
        return language switch
        {
            "Python" => $"def {name}({list}):\n    # Returns {asks}.\n    return {Fill(task.Python, parameters)}",
            "C#" => $"// Returns {asks}.\nstatic {task.Result} {name}({typed})\n{{\n    return {Fill(task.CSharp, parameters)};\n}}",
            _ => $"// Returns {asks}.\nfunction {name}({list}) {{\n    return {Fill(task.JavaScript, parameters)};\n}}",
        };
    }

    // snake_case, PascalCase or camelCase, as the language's people write it.
    private static string NameIn(string language, string[] words) => language switch
    {
        "Python" => string.Join('_', words),
        "C#" => string.Concat(words.Select(Capital)),
        _ => words[0] + string.Concat(words.Skip(1).Select(Capital)),
    };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Fill(string text, string[] parameters)
    {
        for (int i = 0; i < parameters.Length; i++)
            text = text.Replace($"${(char)('a' + i)}", parameters[i], StringComparison.Ordinal);
        return text;
    }
}
