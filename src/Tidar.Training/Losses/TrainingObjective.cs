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
}
