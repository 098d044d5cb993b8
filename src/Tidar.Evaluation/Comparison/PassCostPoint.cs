namespace Tidar.Evaluation.Comparison;

/// <summary>What a pass over a number of rows costs.</summary>
/// <param name="Rows">Token rows.</param>
/// <param name="Seconds">Median.</param>
/// <param name="BestSeconds">The least.</param>
/// <param name="MemorySeconds">What reading its weights, keys and values takes at least here.</param>
/// <param name="ArithmeticSeconds">What its arithmetic takes at least here.</param>
public sealed record PassCostPoint(int Rows, double Seconds, double BestSeconds, double MemorySeconds, double ArithmeticSeconds);
