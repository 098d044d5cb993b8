namespace Tidar.Models.Chat.Jinja;

/// <summary>Kinds of tokens.</summary>
internal enum TokenKind
{
    End,
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
}
