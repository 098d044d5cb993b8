namespace Tidar.Models.Chat.Jinja;

/// <summary>A slot of a function.</summary>
internal sealed record Variable(FunctionLayout Function, int Slot);
