namespace Tidar.Models.Chat.Jinja;

/// <content>Targets of assignments.</content>
internal sealed partial class Parser
{
    private static readonly string[] Reserved = ["true", "false", "none", "True", "False", "None"];

    private Name ParseNameTarget()
    {
        Token token = _stream.Expect(TokenKind.Name);
        if (Reserved.Contains(token.Text))
            throw Error("can't assign to 'name'", token.Line);
        return new Name(token.Text, NameUse.Store, token.Line);
    }

    private Expression ParseTarget(bool withNamespace = false)
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
            items.Add(Nested(() => ParsePrimary(withNamespace)));
            isTuple = _stream.Current.IsOperator(",") || isTuple;
            if (!_stream.Current.IsOperator(","))
                break;
        }

        if (items.Count == 0)
            throw Error($"Expected an expression, got {Display.QuoteText(_stream.Current.Description)}");
        Expression target = isTuple ? Checked(new TupleExpression([.. items], line)) : items[0];
        SetUse(target, NameUse.Store);
        return target;
    }

    // Turns what was parsed as an expression into a target; fails where it cannot be one.
    private void SetUse(Expression target, NameUse use)
    {
        switch (target)
        {
            case Name name when !Reserved.Contains(name.Identifier):
                name.Use = use;
                break;
            case TupleExpression tuple:
                foreach (Expression item in tuple.Items)
                    SetUse(item, use);
                break;
            case NamespaceTarget when use == NameUse.Store:
                break;
            default:
                string kind = target switch { Constant => "const", ListExpression => "list", DictExpression => "dict", _ => "expression" };
                throw Error($"can't assign to '{kind}'", target.Line);
        }
    }
}
