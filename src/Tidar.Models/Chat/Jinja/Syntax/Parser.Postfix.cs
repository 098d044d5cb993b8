namespace Tidar.Models.Chat.Jinja;

/// <content>What follows a value: subscripts, calls, filters and tests.</content>
internal sealed partial class Parser
{
    private Expression ParsePostfix(Expression node)
    {
        while (_stream.Current.Kind == TokenKind.Operator)
        {
            switch (_stream.Current.Text)
            {
                case ".":
                    node = ParseDot(node);
                    break;
                case "[":
                    node = ParseSubscript(node);
                    break;
                case "(":
                    int line = _stream.Current.Line;
                    node = Checked(new Call(node, ParseArguments(), line));
                    break;
                default:
                    return node;
            }
        }

        return node;
    }

    private Expression ParseFiltersAndTests(Expression node)
    {
        while (true)
        {
            if (_stream.Current.IsOperator("|"))
                node = ParseFilters(node)!;
            else if (_stream.Current.IsName("is"))
                node = ParseTest(node);
            else if (_stream.Current.IsOperator("("))
                node = Checked(new Call(node, ParseArguments(), _stream.Current.Line));
            else
                return node;
        }
    }

    private Expression ParseDot(Expression node)
    {
        int line = _stream.Next().Line;
        Token name = _stream.Next();
        return name.Kind switch
        {
            TokenKind.Name => Checked(new AttributeAccess(node, name.Text, line)),
            TokenKind.Integer => Checked(new ItemAccess(node, new Constant(name.Value, name.Line), line)),
            _ => throw Error("expected name or number", name.Line),
        };
    }

    private Expression ParseSubscript(Expression node)
    {
        int line = _stream.ExpectOperator("[").Line;
        List<Expression> keys = [];
        Expression? slice = null;
        while (!_stream.Current.IsOperator("]"))
        {
            if (keys.Count > 0 || slice is not null)
                _stream.ExpectOperator(",");
            if (slice is not null)
                throw Error("invalid syntax in a subscript");
            Expression? start = _stream.Current.IsOperator(":") ? null : ParseExpression();
            if (!_stream.SkipOperator(":"))
                keys.Add(start!);
            else if (keys.Count > 0)
                throw Error("invalid syntax in a subscript");
            else
                slice = ParseSlice(node, start, line);
        }

        _stream.Next();
        if (slice is not null)
            return slice;
        return Checked(new ItemAccess(node, keys.Count == 1 ? keys[0] : Checked(new TupleExpression([.. keys], line)), line));
    }

    private SliceAccess ParseSlice(Expression node, Expression? start, int line)
    {
        Expression? Part() => _stream.Current.IsOperator(":") || _stream.Current.IsOperator("]") || _stream.Current.IsOperator(",") ? null : ParseExpression();
        Expression? stop = Part();
        Expression? step = _stream.SkipOperator(":") ? Part() : null;
        return Checked(new SliceAccess(node, start, stop, step, line));
    }

    private Expression? ParseFilters(Expression? node, bool startInline = false)
    {
        while (startInline || _stream.SkipOperator("|"))
        {
            startInline = false;
            int line = _stream.Current.Line;
            string name = ParseDottedName();
            ArgumentList arguments = _stream.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;
            node = Checked(new FilterCall(node, name, arguments, line));
        }

        return node;
    }

    private Expression ParseTest(Expression node)
    {
        int line = _stream.ExpectName("is").Line;
        bool negated = _stream.SkipName("not");
        string name = ParseDottedName();
        Expression test = Checked(new TestCall(node, name, ParseTestArguments(), line));
        return negated ? Checked(new Not(test, line)) : test;
    }

    // A test may take one argument without parentheses: `n is divisibleby 3`.
    private ArgumentList ParseTestArguments()
    {
        Token token = _stream.Current;
        if (token.IsOperator("("))
            return ParseArguments();
        bool starts = token.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float
            || token.IsOperator("[") || token.IsOperator("{");
        if (!starts || token.IsName("else") || token.IsName("or") || token.IsName("and"))
            return ArgumentList.Empty;
        if (token.IsName("is"))
            throw Error("You cannot chain multiple tests with is");
        return new ArgumentList([ParsePostfix(ParsePrimary(withNamespace: false))], [], null, null);
    }

    private string ParseDottedName()
    {
        string name = _stream.Expect(TokenKind.Name).Text;
        while (_stream.SkipOperator("."))
            name += "." + _stream.Expect(TokenKind.Name).Text;
        return name;
    }

    private ArgumentList ParseArguments()
    {
        int line = _stream.ExpectOperator("(").Line;
        List<Expression> positional = [];
        List<(string Name, Expression Value)> named = [];
        HashSet<string> names = [];
        Expression? rest = null;
        Expression? namedRest = null;
        void Ensure(bool valid)
        {
            if (!valid)
                throw Error("invalid syntax for function call expression", line);
        }

        for (bool first = true; !_stream.Current.IsOperator(")"); first = false)
        {
            if (!first)
                _stream.ExpectOperator(",");
            if (_stream.Current.IsOperator(")"))
                break;
            if (_stream.SkipOperator("*"))
            {
                Ensure(rest is null && namedRest is null);
                rest = ParseExpression();
            }
            else if (_stream.SkipOperator("**"))
            {
                Ensure(namedRest is null);
                namedRest = ParseExpression();
            }
            else if (_stream.Current.Kind == TokenKind.Name && _stream.Ahead.IsOperator("="))
            {
                Ensure(namedRest is null);
                string name = _stream.Current.Text;
                SkipTwo();
                if (!names.Add(name))
                    throw Error($"keyword argument repeated: {name}");
                named.Add((name, ParseExpression()));
            }
            else
            {
                Ensure(rest is null && namedRest is null && named.Count == 0);
                positional.Add(ParseExpression());
            }
        }

        _stream.Next();
        return new ArgumentList([.. positional], [.. named], rest, namedRest);
    }
}
