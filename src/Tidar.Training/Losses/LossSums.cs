namespace Tidar.Training.Losses;

/// <summary>Sums of both losses over their targets, before division.</summary>
/// <param name="Autoregressive">Σ cross-entropy of the clean half.</param>
/// <param name="Diffusion">Σ weighted cross-entropy of the mask half.</param>
/// <param name="AutoregressiveTargets">Labelled tokens with a predecessor in their document.</param>
/// <param name="DiffusionTargets">Labelled tokens, shown or not.</param>
public readonly record struct LossSums(double Autoregressive, double Diffusion, long AutoregressiveTargets, long DiffusionTargets)
{
    /// <summary>Mean AR loss in nats; 0 without targets.</summary>
    public double AutoregressiveMean => AutoregressiveTargets == 0 ? 0 : Autoregressive / AutoregressiveTargets;

    /// <summary>Mean diffusion loss in nats; 0 without targets.</summary>
    public double DiffusionMean => DiffusionTargets == 0 ? 0 : Diffusion / DiffusionTargets;

    /// <summary>Adds the sums of another part of the same batch.</summary>
    public static LossSums operator +(LossSums a, LossSums b) => new(
        a.Autoregressive + b.Autoregressive,
        a.Diffusion + b.Diffusion,
        a.AutoregressiveTargets + b.AutoregressiveTargets,
        a.DiffusionTargets + b.DiffusionTargets);

    /// <summary>Adds the sums of another part of the same batch.</summary>
    public static LossSums Add(LossSums left, LossSums right) => left + right;
}
