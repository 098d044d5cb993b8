namespace Tidar.Models.Chat.Jinja;

/// <summary>
/// Parses a template: Jinja2's statements with the extensions that Hugging Face enables (<c>break</c>, <c>continue</c>, <c>generation</c>).
/// Recursion is bounded, so that no source can overflow the stack, now or when the template is rendered.
/// </summary>
internal sealed partial class Parser
{
    private readonly TokenStream _stream;
    private readonly TemplateLimits _limits;
    private readonly Stack<string> _openTags = new();
    private readonly Stack<string[]> _endTags = new();
    private int _nesting;

    private Parser(string source, TemplateLimits limits)
    {
        _limits = limits;
        _stream = new TokenStream(new Lexer(source, limits).Tokens());
    }

    /// <summary>Parses and binds a template.</summary>
    public static Template Parse(string source, string name, TemplateLimits limits)
    {
        if (source.Length > limits.MaxSourceLength)
            throw Fail.Limit($"a template of more than {limits.MaxSourceLength} characters");
        return new Template(name, new Parser(source, limits).ParseBody(null));
    }

    // Statements up to one of the end tags, whose name is then the current token; null for the whole template.
    private Statement[] ParseBody(string[]? endTags)
    {
        List<Statement> body = [];
        List<Expression> output = [];
        if (endTags is not null)
            _endTags.Push(endTags);
        while (_stream.Current.Kind != TokenKind.End)
        {
            Token token = _stream.Next();
            if (token.Kind == TokenKind.Data)
            {
                output.Add(new TemplateData(token.Text, token.Line));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                output.Add(ParseTuple());
                _stream.Expect(TokenKind.VariableEnd);
            }
            else
            {
                Flush(output, body);
                if (endTags is not null && _stream.Current.Kind == TokenKind.Name && endTags.Contains(_stream.Current.Text))
                    break;
                body.Add(ParseStatement());
                _stream.Expect(TokenKind.BlockEnd);
            }
        }

        Flush(output, body);
        if (endTags is not null && _stream.Current.Kind == TokenKind.End)
            throw UnknownTag(null, _stream.Current.Line);
        if (endTags is not null)
            _endTags.Pop();
        return [.. body];
    }

    private void Flush(List<Expression> output, List<Statement> body)
    {
        if (output.Count > 0)
            body.Add(Checked(new Output([.. output], output[0].Line)));
        output.Clear();
    }

    // The body of a block tag: the tag's end, statements, and the end tag; which one it was is returned too.
    private Statement[] ParseBlock(out string endTag, params string[] endTags)
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenKind.BlockEnd);
        Statement[] body = ParseBody(endTags);
        endTag = _stream.Next().Text;
        return body;
    }

    private Statement[] ParseBlock(string endTag) => ParseBlock(out _, endTag);

    /// <summary>Runs a parsing function one level deeper.</summary>
    private T Nested<T>(Func<T> parse)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_nesting > _limits.MaxNesting)
            throw Fail.Limit($"nesting deeper than {_limits.MaxNesting} levels");
        T result = parse();
        _nesting--;
        return result;
    }

    // Long chains are parsed without recursion but evaluated with it, so height is bounded too.
    private T Checked<T>(T node)
        where T : Node
    {
        int height = 0;
        foreach (Node child in node.Children)
            height = Math.Max(height, child.Height);
        node.Height = height + 1;
        return node.Height <= _limits.MaxExpressionHeight
            ? node
            : throw Fail.Limit($"an expression of more than {_limits.MaxExpressionHeight} levels");
    }

    private TemplateException Error(string message, int? line = null) => Fail.Syntax(message, line ?? _stream.Current.Line);

    private TemplateException UnknownTag(string? name, int line)
    {
        List<string> message = [name is null ? "Unexpected end of template." : $"Encountered unknown tag {Display.QuoteText(name)}."];
        if (_endTags.TryPeek(out string[]? wanted))
        {
            string looking = string.Join(" or ", wanted.Select(Display.QuoteText));
            message.Add(name is not null && _endTags.Any(tags => tags.Contains(name))
                ? $"You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for {looking}."
                : $"Jinja was looking for the following tags: {looking}.");
        }

        if (_openTags.TryPeek(out string? open))
            message.Add($"The innermost block that needs to be closed is '{open}'.");
        return Error(string.Join(' ', message), line);
    }
}
