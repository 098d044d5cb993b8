namespace Tidar.Models.Chat.Jinja;

/// <content>Statements.</content>
internal sealed partial class Parser
{
    private Statement ParseStatement()
    {
        Token tag = _stream.Current;
        if (tag.Kind != TokenKind.Name)
            throw Error("tag name expected");
        Func<int, Statement> parse = StatementParser(tag.Text) ?? throw UnknownTag(tag.Text, tag.Line);
        _openTags.Push(tag.Text);
        _stream.Next();
        Statement statement = Nested(() => parse(tag.Line));
        _openTags.Pop();
        return Checked(statement);
    }

    private Func<int, Statement>? StatementParser(string tag) => tag switch
    {
        "for" => ParseFor,
        "if" => ParseIf,
        "set" => ParseSet,
        "macro" => ParseMacro,
        "call" => ParseCallBlock,
        "filter" => line => new FilterBlock((FilterCall)ParseFilters(null, startInline: true)!, ParseBlock("endfilter"), line),
        "with" => ParseWith,
        "block" => ParseNamedBlock,
        "autoescape" => line => new AutoescapeBlock(ParseExpression(), ParseBlock("endautoescape"), line),
        "generation" => ParseGeneration,
        "print" => ParsePrint,
        "break" => line => new LoopControl(Flow.Break, line),
        "continue" => line => new LoopControl(Flow.Continue, line),
        "include" or "import" or "from" or "extends" => line => ParseForeign(tag, line),
        _ => null,
    };

    private For ParseFor(int line)
    {
        Expression target = ParseTarget();
        _stream.ExpectName("in");
        Expression items = ParseTuple(conditional: false);
        Expression? test = _stream.SkipName("if") ? ParseExpression() : null;
        bool recursive = _stream.SkipName("recursive");
        Statement[] body = ParseBlock(out string end, "endfor", "else");
        Statement[] otherwise = end == "endfor" ? [] : ParseBlock("endfor");
        return new For(target, items, test, recursive, body, otherwise, line);
    }

    private If ParseIf(int line)
    {
        List<(Expression Test, Statement[] Body)> branches = [];
        string end;
        do
        {
            Expression test = ParseTuple(conditional: false);
            branches.Add((test, ParseBlock(out end, "elif", "else", "endif")));
        }
        while (end == "elif");
        return new If([.. branches], end == "else" ? ParseBlock("endif") : [], line);
    }

    private Statement ParseSet(int line)
    {
        Expression target = ParseTarget(withNamespace: true);
        if (_stream.SkipOperator("="))
            return new Assignment(target, ParseTuple(), line);
        FilterCall? filter = (FilterCall?)ParseFilters(null);
        return new BlockAssignment(target, filter, ParseBlock("endset"), line);
    }

    private With ParseWith(int line)
    {
        List<(Expression Target, Expression Value)> assignments = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                _stream.ExpectOperator(",");
            Expression target = ParseTarget();
            SetUse(target, NameUse.Parameter);
            _stream.ExpectOperator("=");
            assignments.Add((target, ParseExpression()));
        }

        return new With([.. assignments], ParseBlock("endwith"), line);
    }

    private MacroDefinition ParseMacro(int line)
    {
        string name = ParseNameTarget().Identifier;
        MacroParameter[] parameters = ParseParameters();
        return new MacroDefinition(name, Checked(new MacroBody(parameters, ParseBlock("endmacro"), line)), line);
    }

    private CallBlock ParseCallBlock(int line)
    {
        MacroParameter[] parameters = _stream.Current.IsOperator("(") ? ParseParameters() : [];
        Call call = ParseExpression() as Call ?? throw Error("expected call", line);
        return new CallBlock(call, Checked(new MacroBody(parameters, ParseBlock("endcall"), line)), line);
    }

    // Marks text as the model's own, for training; the text itself is printed as it is.
    private CallBlock ParseGeneration(int line)
    {
        Call call = new(new Constant(CallBlock.CallCaller, line), ArgumentList.Empty, line);
        return new CallBlock(call, Checked(new MacroBody([], ParseBlock("endgeneration"), line)), line);
    }

    private MacroParameter[] ParseParameters()
    {
        List<MacroParameter> parameters = [];
        _stream.ExpectOperator("(");
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
                _stream.ExpectOperator(",");
            Name target = ParseNameTarget();
            target.Use = NameUse.Parameter;
            if (parameters.Exists(p => p.Name == target.Identifier))
                throw Error($"duplicate argument '{target.Identifier}' in function definition", target.Line);
            Expression? value = _stream.SkipOperator("=") ? ParseExpression() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
                throw Error("non-default argument follows default argument");
            parameters.Add(new MacroParameter(target, value));
        }

        _stream.Next();
        return [.. parameters];
    }

    private Block ParseNamedBlock(int line)
    {
        string name = _stream.Expect(TokenKind.Name).Text;
        bool scoped = _stream.SkipName("scoped");
        bool required = _stream.SkipName("required");
        if (_stream.Current.IsOperator("-"))
            throw Error("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.");
        Statement[] body = ParseBlock("endblock");
        if (required && !body.All(s => s is Output { IsBlank: true }))
            throw Error("Required blocks can only contain comments or whitespace");
        _stream.SkipName(name);
        return new Block(name, scoped, required, body, line);
    }

    private Output ParsePrint(int line)
    {
        List<Expression> items = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (items.Count > 0)
                _stream.ExpectOperator(",");
            items.Add(ParseExpression());
        }

        return new Output([.. items], line);
    }

    private ForeignTemplate ParseForeign(string tag, int line)
    {
        Expression template = ParseExpression();
        List<string> names = [];
        bool ignoreMissing = false;
        switch (tag)
        {
            case "include":
                ignoreMissing = _stream.Current.IsName("ignore") && _stream.Ahead.IsName("missing");
                if (ignoreMissing)
                    SkipTwo();
                SkipContext();
                break;
            case "import":
                _stream.ExpectName("as");
                names.Add(ParseNameTarget().Identifier);
                SkipContext();
                break;
            case "from":
                _stream.ExpectName("import");
                ParseImportedNames(names);
                break;
        }

        return new ForeignTemplate(tag, template, [.. names], ignoreMissing, line);
    }

    private void ParseImportedNames(List<string> names)
    {
        while (true)
        {
            if (names.Count > 0)
                _stream.ExpectOperator(",");
            if (SkipContext())
                return;
            Name name = ParseNameTarget();
            if (name.Identifier.StartsWith('_'))
                throw Error("names starting with an underline can not be imported", name.Line);
            names.Add(_stream.SkipName("as") ? ParseNameTarget().Identifier : name.Identifier);
            if (SkipContext() || !_stream.Current.IsOperator(","))
                return;
        }
    }

    private bool SkipContext()
    {
        bool present = (_stream.Current.IsName("with") || _stream.Current.IsName("without")) && _stream.Ahead.IsName("context");
        if (present)
            SkipTwo();
        return present;
    }

    private void SkipTwo()
    {
        _stream.Next();
        _stream.Next();
    }
}
