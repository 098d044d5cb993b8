namespace Tidar.Models.Transformers;

/// <summary>
/// One query row of a forward pass: a token at a position that sees a prefix of the clean sequence and one contiguous span of ephemeral rows.
/// </summary>
/// <param name="Token">Vocabulary id.</param>
/// <param name="Position">Absolute position (RoPE).</param>
/// <param name="Sequence">Index of the row's sequence among <see cref="RowBatch.Caches"/>.</param>
/// <param name="PrefixLength">Cached positions 0 … PrefixLength-1 that the row sees. A clean row sees its own position too.</param>
/// <param name="SpanStart">First ephemeral row (counted among ephemeral rows of the batch) that the row sees.</param>
/// <param name="SpanLength">Ephemeral rows that the row sees; 0 for none.</param>
/// <param name="Ephemeral">Index of this row among the ephemeral rows; -1 for a clean row, whose keys and values go into the cache.</param>
/// <param name="MaskSlot">The row's slot in its block where it stands for a token yet unknown, which is what an adapter acts on; -1 for a token that is known.</param>
public readonly record struct TokenRow(int Token, int Position, int Sequence, int PrefixLength, int SpanStart, int SpanLength, int Ephemeral, int MaskSlot = -1)
{
    /// <summary>Whether keys and values are written into the cache at <see cref="Position"/>.</summary>
    public bool IsClean => Ephemeral < 0;

    /// <summary>Whether the row stands for a token yet unknown.</summary>
    public bool IsMask => MaskSlot >= 0;
}
