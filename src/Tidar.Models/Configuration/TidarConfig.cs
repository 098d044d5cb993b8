namespace Tidar.Models.Configuration;

/// <summary>What TiDAR training records in a checkpoint (<c>"tidar"</c> in <c>config.json</c>).</summary>
/// <param name="DraftLength">The draft length K (= block size) the model was trained with.</param>
/// <param name="MaskTokenId">The id of <c>[MASK]</c>; it never occurs in text.</param>
public sealed record TidarConfig(int DraftLength, int MaskTokenId);
