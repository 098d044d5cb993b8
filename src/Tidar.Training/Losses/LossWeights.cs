namespace Tidar.Training.Losses;

/// <summary>
/// What one target of each half counts in the total loss of a whole batch, L = (α · mean AR + mean diffusion) / (1 + α): the batch may be worked through in
/// several parts, so the numbers of targets are those of all parts.
/// </summary>
/// <param name="Autoregressive">Weight of a clean row.</param>
/// <param name="Diffusion">Weight of a mask row, before 1/t of the random-mask ablation.</param>
public readonly record struct LossWeights(double Autoregressive, double Diffusion)
{
    /// <summary>The weights for an objective over a batch with so many targets.</summary>
    public static LossWeights For(TrainingObjective objective, double alpha, long autoregressiveTargets, long diffusionTargets)
    {
        double ar = 1.0 / Math.Max(1, autoregressiveTargets), diffusion = 1.0 / Math.Max(1, diffusionTargets);
        return !objective.HasMasks ? new LossWeights(ar, 0)
            : objective.DenoisesInSteps ? new LossWeights(0, diffusion)
            : new LossWeights(ar * alpha / (1 + alpha), diffusion / (1 + alpha));
    }

    /// <summary>The total loss that these weights give for the sums of the whole batch.</summary>
    public double Total(LossSums sums) => (Autoregressive * sums.Autoregressive) + (Diffusion * sums.Diffusion);
}
