namespace Tidar.Models.Chat.Jinja;

/// <summary>A parameter of a macro.</summary>
internal sealed record MacroParameter(Name Target, Expression? Default)
{
    public string Name => Target.Identifier;

    /// <summary>Where its value goes; known once the macro is bound.</summary>
    public VariableAccess? Variable { get; set; }
}
