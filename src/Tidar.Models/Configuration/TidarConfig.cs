namespace Tidar.Models.Configuration;

/// <summary>What TiDAR training records in a checkpoint (<c>"tidar"</c> in <c>config.json</c>), or an adapter beside it.</summary>
/// <param name="DraftLength">The draft length K (= block size) the model was trained with.</param>
/// <param name="MaskTokenId">The id of <c>[MASK]</c>; it never occurs in text. <see cref="NoMaskToken"/> where an adapter brings what mask rows start from.</param>
public sealed record TidarConfig(int DraftLength, int MaskTokenId)
{
    /// <summary>No entry of the vocabulary stands for a mask.</summary>
    public const int NoMaskToken = -1;

    /// <summary>Whether an entry of the vocabulary stands for a mask.</summary>
    public bool HasMaskToken => MaskTokenId != NoMaskToken;
}
