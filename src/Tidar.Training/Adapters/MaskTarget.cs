namespace Tidar.Training.Adapters;

/// <summary>One mask row whose prediction has a loss.</summary>
/// <param name="Row">The row.</param>
/// <param name="Target">What it should predict.</param>
/// <param name="Weight">Its weight among the targets.</param>
public readonly record struct MaskTarget(int Row, TokenDistribution Target, float Weight);
