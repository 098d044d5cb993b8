namespace Tidar.Models.Chat.Jinja;

/// <summary>A token. <paramref name="Text"/> is the text of data, strings, names and operators; <paramref name="Value"/> the value of a number.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, object? Value, int Line)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    /// <summary>How error messages call it.</summary>
    public string Description => Kind is TokenKind.Name or TokenKind.Operator ? Text : Describe(Kind);

    /// <summary>How error messages call a kind of token.</summary>
    public static string Describe(TokenKind kind) => kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.Data => "template data / text",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
