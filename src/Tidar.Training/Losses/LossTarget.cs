namespace Tidar.Training.Losses;

/// <summary>One row whose prediction has a loss.</summary>
/// <param name="Row">The row.</param>
/// <param name="Token">The right token.</param>
/// <param name="Weight">Its weight among its half's targets: 1, or 1/t under random masks.</param>
/// <param name="IsDiffusion">Whether it is a mask row.</param>
public readonly record struct LossTarget(int Row, int Token, float Weight, bool IsDiffusion);
