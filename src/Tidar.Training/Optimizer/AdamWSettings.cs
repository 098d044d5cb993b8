namespace Tidar.Training.Optimizer;

/// <summary>Constants of <see cref="AdamW"/>.</summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="WeightDecay">Decay of matrices per unit of learning rate.</param>
/// <param name="ClipNorm">Largest global gradient norm; 0 for no clipping.</param>
public sealed record AdamWSettings(double Beta1 = 0.9, double Beta2 = 0.95, double Epsilon = 1e-8, double WeightDecay = 0.1, double ClipNorm = 1);
