namespace Tidar.Models.Chat.Jinja;

/// <summary>One entry of a scope's prologue.</summary>
internal sealed record Load(LoadKind Kind, Variable? Source, string Name);
