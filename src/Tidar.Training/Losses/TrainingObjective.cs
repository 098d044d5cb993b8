namespace Tidar.Training.Losses;

/// <summary>What a training run minimizes.</summary>
public enum TrainingObjective
{
    /// <summary>AR loss on the clean half, diffusion loss on a half that is all masks (TiDAR, section 3).</summary>
    Tidar,

    /// <summary>The ablation: masks at a random rate per block, weighted by 1/rate.</summary>
    TidarRandomMask,

    /// <summary>Plain next-token loss; there are no mask rows.</summary>
    Autoregressive,

    /// <summary>
    /// Block diffusion (BD3-LM, arXiv 2503.09573): masks at a random rate per block, weighted by 1/rate, behind clean blocks that see themselves in both directions; no AR loss.
    /// </summary>
    BlockDiffusion,

    /// <summary>Masked diffusion (LLaDA, arXiv 2502.09992): the whole document in both directions, masked at one random rate, weighted by 1/rate; there are no clean rows.</summary>
    MaskedDiffusion,
}
