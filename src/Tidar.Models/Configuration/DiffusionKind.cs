namespace Tidar.Models.Configuration;

/// <summary>How a diffusion language model lays out its text.</summary>
public enum DiffusionKind
{
    /// <summary>Blocks from left to right, each denoised in several steps behind cached keys and values (BD3-LM, arXiv 2503.09573; SDAR, arXiv 2510.06303).</summary>
    Block,

    /// <summary>The whole text in both directions at once (LLaDA, arXiv 2502.09992; Dream, arXiv 2508.15487).</summary>
    Masked,
}
