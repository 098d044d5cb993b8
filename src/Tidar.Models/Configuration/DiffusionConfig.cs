namespace Tidar.Models.Configuration;

/// <summary>What makes a checkpoint a diffusion language model (<c>"diffusion"</c> in our <c>config.json</c>; the model type in those of LLaDA and Dream).</summary>
/// <param name="Kind">Blocks or the whole text.</param>
/// <param name="BlockLength">Tokens of a block; the training's for <see cref="DiffusionKind.Block"/>, a default for decoding otherwise.</param>
/// <param name="MaskTokenId">The id of a token yet unknown.</param>
/// <param name="ShiftedLogits">Whether the row before a token predicts it, as in Dream, instead of its own.</param>
public sealed record DiffusionConfig(DiffusionKind Kind, int BlockLength, int MaskTokenId, bool ShiftedLogits = false);
