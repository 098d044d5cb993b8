namespace Tidar.Models.Chat.Jinja;

/// <summary>The tokens of a template with one token of lookahead.</summary>
internal sealed class TokenStream
{
    private readonly IEnumerator<Token> _tokens;
    private Token? _ahead;

    public TokenStream(IEnumerable<Token> tokens)
    {
        _tokens = tokens.GetEnumerator();
        Current = Read();
    }

    public Token Current { get; private set; }

    /// <summary>Moves on; returns the token left behind.</summary>
    public Token Next()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End)
        {
            Current = _ahead ?? Read();
            _ahead = null;
        }

        return token;
    }

    /// <summary>The token after the current one.</summary>
    public Token Ahead => _ahead ??= Read();

    public bool SkipName(string name) => Skip(Current.IsName(name));

    public bool SkipOperator(string text) => Skip(Current.IsOperator(text));

    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Unexpected(name);

    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Next() : throw Unexpected(text);

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Next() : throw Unexpected(Token.Describe(kind));

    private TemplateException Unexpected(string expected) => Current.Kind == TokenKind.End
        ? Fail.Syntax($"unexpected end of template, expected '{expected}'.", Current.Line)
        : Fail.Syntax($"expected token '{expected}', got {Display.QuoteText(Current.Description)}", Current.Line);

    private bool Skip(bool matches)
    {
        if (matches)
            Next();
        return matches;
    }

    private Token Read() => _tokens.MoveNext() ? _tokens.Current : new Token(TokenKind.End, "", null, Current.Line);
}
