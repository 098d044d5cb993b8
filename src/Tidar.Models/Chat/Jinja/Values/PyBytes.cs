namespace Tidar.Models.Chat.Jinja;

/// <summary>What <c>str.encode</c> returns.</summary>
internal sealed record PyBytes(byte[] Data);
