using Tidar.Kernels.Matrices;

namespace Tidar.Models.Weights.Elements;

/// <summary>How the elements of a stored tensor lie in its bytes: in blocks of a fixed number of elements and of bytes.</summary>
/// <param name="Name">The name that files and messages use.</param>
/// <param name="BlockElements">Elements a block; 1 for plain number types.</param>
/// <param name="BlockBytes">Bytes a block.</param>
/// <param name="Decode">Widens whole blocks to float32; null for types that can be listed but are not read as weights.</param>
internal sealed record ElementType(string Name, int BlockElements, int BlockBytes, ElementDecoder? Decode)
{
    /// <summary>For types whose values lie on a grid of 16 equal steps in groups of 32: how scale and minimum have to be stored to stay exact. Null for others.</summary>
    public Int4Scales? GridScales { get; init; }

    /// <summary>Reads the grid; null exactly where <see cref="GridScales"/> is.</summary>
    public GridDecoder? DecodeGrid { get; init; }
}
