namespace Tidar.Models.Chat.Jinja;

/// <content>
/// Expressions, loosest first: conditional, <c>or</c>, <c>and</c>, <c>not</c>, comparison, <c>+ -</c>, <c>~</c>, <c>* / // %</c>, <c>**</c>, sign,
/// then subscripts, calls, filters and tests. Unlike in Python, a sign binds tighter than <c>**</c>, which is left-associative.
/// </content>
internal sealed partial class Parser
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private Expression ParseExpression(bool conditional = true) => Nested<Expression>(conditional ? ParseConditional : ParseOr);

    private Expression ParseConditional()
    {
        int line = _stream.Current.Line;
        Expression value = ParseOr();
        while (_stream.SkipName("if"))
        {
            Expression test = ParseOr();
            Expression? otherwise = _stream.SkipName("else") ? Nested(ParseConditional) : null;
            value = Checked(new Conditional(test, value, otherwise, line));
        }

        return value;
    }

    private Expression ParseOr()
    {
        int line = _stream.Current.Line;
        Expression left = ParseAnd();
        while (_stream.SkipName("or"))
            left = Checked(new Logical(isOr: true, left, ParseAnd(), line));
        return left;
    }

    private Expression ParseAnd()
    {
        int line = _stream.Current.Line;
        Expression left = ParseNot();
        while (_stream.SkipName("and"))
            left = Checked(new Logical(isOr: false, left, ParseNot(), line));
        return left;
    }

    private Expression ParseNot()
    {
        int line = _stream.Current.Line;
        return _stream.SkipName("not") ? Checked(new Not(Nested(ParseNot), line)) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        int line = _stream.Current.Line;
        Expression first = ParseSum();
        List<(string Operator, Expression Operand)> rest = [];
        while (ComparisonOperator() is string op)
            rest.Add((op, ParseSum()));
        return rest.Count == 0 ? first : Checked(new ComparisonChain(first, [.. rest], line));
    }

    private string? ComparisonOperator()
    {
        Token token = _stream.Current;
        if (token.Kind == TokenKind.Operator && Comparisons.Contains(token.Text))
            return _stream.Next().Text;
        if (_stream.SkipName("in"))
            return "in";
        if (!token.IsName("not") || !_stream.Ahead.IsName("in"))
            return null;
        SkipTwo();
        return "not in";
    }

    private Expression ParseSum() =>
        ParseLeftAssociative(ParseConcatenation, op => op switch { "+" => Operators.Add, "-" => Operators.Subtract, _ => null });

    private Expression ParseConcatenation()
    {
        int line = _stream.Current.Line;
        List<Expression> items = [ParseProduct()];
        while (_stream.SkipOperator("~"))
            items.Add(ParseProduct());
        return items.Count == 1 ? items[0] : Checked(new Concatenation([.. items], line));
    }

    private Expression ParseProduct() => ParseLeftAssociative(ParsePower, op => op switch
    {
        "*" => Operators.Multiply,
        "/" => Operators.Divide,
        "//" => Operators.FloorDivide,
        "%" => Operators.Modulo,
        _ => null,
    });

    private Expression ParsePower() => ParseLeftAssociative(() => ParseUnary(withFilters: true), op => op == "**" ? Operators.Power : null);

    private Expression ParseLeftAssociative(Func<Expression> parse, Func<string, Func<Budget, object?, object?, object?>?> operation)
    {
        int line = _stream.Current.Line;
        Expression left = parse();
        while (_stream.Current.Kind == TokenKind.Operator && operation(_stream.Current.Text) is { } apply)
        {
            _stream.Next();
            left = Checked(new BinaryOperator(apply, left, parse(), line));
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        int line = _stream.Current.Line;
        Expression node;
        if (_stream.SkipOperator("-"))
            node = Checked(new UnaryOperator(Operators.Negate, Nested(() => ParseUnary(withFilters: false)), line));
        else if (_stream.SkipOperator("+"))
            node = Checked(new UnaryOperator(Operators.Plus, Nested(() => ParseUnary(withFilters: false)), line));
        else
            node = ParsePrimary(withNamespace: false);
        node = ParsePostfix(node);
        return withFilters ? ParseFiltersAndTests(node) : node;
    }

    private Expression ParsePrimary(bool withNamespace)
    {
        Token token = _stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                _stream.Next();
                return ParseName(token, withNamespace);
            case TokenKind.String:
                System.Text.StringBuilder text = new();
                while (_stream.Current.Kind == TokenKind.String)
                    text.Append(_stream.Next().Text);
                return new Constant(text.ToString(), token.Line);
            case TokenKind.Integer or TokenKind.Float:
                _stream.Next();
                return new Constant(token.Value, token.Line);
            case TokenKind.Operator when token.Text == "(":
                _stream.Next();
                Expression inner = Nested(() => ParseTuple(explicitParentheses: true));
                _stream.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return Nested(ParseList);
            case TokenKind.Operator when token.Text == "{":
                return Nested(ParseDict);
            default:
                throw Error($"unexpected {Display.QuoteText(token.Description)}", token.Line);
        }
    }

    private Expression ParseName(Token token, bool withNamespace)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new Constant(Numbers.True, token.Line);
            case "false" or "False":
                return new Constant(Numbers.False, token.Line);
            case "none" or "None":
                return new Constant(null, token.Line);
        }

        if (withNamespace && _stream.SkipOperator("."))
            return new NamespaceTarget(token.Text, _stream.Expect(TokenKind.Name).Text, token.Line);
        return new Name(token.Text, NameUse.Load, token.Line);
    }

    // An expression, or several with commas between, which make a tuple.
    private Expression ParseTuple(bool conditional = true, bool explicitParentheses = false)
    {
        int line = _stream.Current.Line;
        List<Expression> items = [];
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
                _stream.ExpectOperator(",");
            if (IsTupleEnd())
                break;
            items.Add(ParseExpression(conditional));
            if (!_stream.Current.IsOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count > 0)
            return items[0];
        if (!isTuple && !explicitParentheses)
            throw Error($"Expected an expression, got {Display.QuoteText(_stream.Current.Description)}");
        return Checked(new TupleExpression([.. items], line));
    }

    private bool IsTupleEnd() => _stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || _stream.Current.IsOperator(")");

    private ListExpression ParseList()
    {
        int line = _stream.ExpectOperator("[").Line;
        List<Expression> items = [];
        while (!_stream.Current.IsOperator("]"))
        {
            if (items.Count > 0)
                _stream.ExpectOperator(",");
            if (_stream.Current.IsOperator("]"))
                break;
            items.Add(ParseExpression());
        }

        _stream.ExpectOperator("]");
        return Checked(new ListExpression([.. items], line));
    }

    private DictExpression ParseDict()
    {
        int line = _stream.ExpectOperator("{").Line;
        List<(Expression Key, Expression Value)> items = [];
        while (!_stream.Current.IsOperator("}"))
        {
            if (items.Count > 0)
                _stream.ExpectOperator(",");
            if (_stream.Current.IsOperator("}"))
                break;
            Expression key = ParseExpression();
            _stream.ExpectOperator(":");
            items.Add((key, ParseExpression()));
        }

        _stream.ExpectOperator("}");
        return Checked(new DictExpression([.. items], line));
    }
}
