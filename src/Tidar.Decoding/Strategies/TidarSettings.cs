namespace Tidar.Decoding.Strategies;

/// <summary>How TiDAR decodes one sequence.</summary>
/// <param name="MaskToken">The id that mask rows start from.</param>
/// <param name="Steps">Chooses what every pass does, and knows the draft length K.</param>
/// <param name="Beta">Share of the AR half in the targets; 1 trusts AR alone and is lossless. Less needs every outcome.</param>
public sealed record TidarSettings(int MaskToken, IStepPlanner Steps, double Beta = 1);
