namespace Tidar.Models.Weights.Elements;

/// <summary>How the elements of a stored tensor lie in its bytes: in blocks of a fixed number of elements and of bytes.</summary>
/// <param name="Name">The name that files and messages use.</param>
/// <param name="BlockElements">Elements a block; 1 for plain number types.</param>
/// <param name="BlockBytes">Bytes a block.</param>
/// <param name="Decode">Widens whole blocks to float32; null for types that can be listed but are not read as weights.</param>
internal sealed record ElementType(string Name, int BlockElements, int BlockBytes, ElementDecoder? Decode);
